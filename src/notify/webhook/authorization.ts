import type {Secret} from '../../secret.ts'
import {basicToken, credentialsOf} from '../../basic-auth.ts'

/** What stands in the `Authorization` header. */
export type Authorization = {readonly scheme: 'Basic' | 'Bearer'; readonly token: Secret}

/** The token, else user and password of the URL; null where there are neither. */
export function authorizationOf(url: Secret, bearerToken: Secret | null): Authorization | null {
  if (bearerToken !== null) return {scheme: 'Bearer', token: bearerToken}
  const target = URL.parse(url.reveal())
  if (target === null || (target.username === '' && target.password === '')) return null
  return {scheme: 'Basic', token: basicToken(credentialsOf(target))}
}

import {Secret, decodePercent} from '../secret.ts'

/** The password that stands in a URL, as it is there and decoded; a user without one is a token. */
export function passwordOf(url: string): Secret[] {
  const {username = '', password = ''} = URL.parse(url) ?? {}
  const secret = password === '' ? username : password
  return secret === '' ? [] : [new Secret(secret), new Secret(decodePercent(secret))]
}

import {redactor, type Redact} from '../secret.ts'
import {basicToken, credentialsOf, type BasicAuth} from './basic-auth.ts'

export type GatewayAddress = {
  /** Of the gateway, without `/metrics`; user and password in it are used as basic auth. */
  readonly url: string
  /** Wins over user and password of the URL. */
  readonly basicAuth: BasicAuth | null
  readonly redact: Redact
}

export type GatewayAccess = {
  /** Of a path below the gateway's URL; without user and password. */
  urlOf(path: string): string
  /** The login, if there is one. */
  readonly headers: Readonly<Record<string, string>>
  /** Hides the login, too. */
  readonly redact: Redact
}

export function gatewayAccess({url, basicAuth, redact}: GatewayAddress): GatewayAccess {
  const auth = basicAuth ?? credentialsOf(new URL(url))
  const token = basicToken(auth)
  const hide = redactor([auth.password, token])
  return {
    urlOf: path => toUrl(url, path),
    headers: auth.username === '' ? {} : {authorization: `Basic ${token.reveal()}`},
    redact: text => redact(hide(text)),
  }
}

function toUrl(base: string, path: string): string {
  const url = new URL(base)
  url.username = ''
  url.password = ''
  url.hash = ''
  url.pathname = url.pathname.replace(/\/+$/, '') + path
  return url.href
}

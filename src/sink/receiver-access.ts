import {redactor, Secret, type Redact} from '../secret.ts'
import {basicToken, credentialsOf, type BasicAuth} from '../basic-auth.ts'

export type ReceiverAddress = {
  /** Of the receiver, without the paths of its API; user and password in it are used as basic auth. */
  readonly url: string
  /** Wins over user and password of the URL. */
  readonly basicAuth: BasicAuth | null
  readonly redact: Redact
}

export type ReceiverAccess = {
  /** Of a path below the receiver's URL; without user and password. */
  urlOf(path: string): string
  /** The login, if there is one. */
  readonly headers: Readonly<Record<string, string>>
  /** Hides the login, too. */
  readonly redact: Redact
}

/** How a receiver is reached. A URL that is none stays one: whoever asks for it fails. */
export function receiverAccess({url, basicAuth, redact}: ReceiverAddress): ReceiverAccess {
  const parsed = URL.parse(url)
  const auth = basicAuth ?? (parsed === null ? noLogin : credentialsOf(parsed))
  const token = basicToken(auth)
  const hide = redactor([auth.password, token])
  return {
    urlOf: path => (parsed === null ? url : below(parsed, path)),
    headers: auth.username === '' ? {} : {authorization: `Basic ${token.reveal()}`},
    redact: text => redact(hide(text)),
  }
}

const noLogin: BasicAuth = {username: '', password: new Secret('')}

/** The URL of a path below another one, without the login of that. */
export function below(base: URL, path: string): string {
  const url = new URL(base)
  url.username = ''
  url.password = ''
  url.hash = ''
  url.pathname = url.pathname.replace(/\/+$/, '') + path
  return url.href
}

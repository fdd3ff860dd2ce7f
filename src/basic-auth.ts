import {Secret, decodePercent} from './secret.ts'

export type BasicAuth = {readonly username: string; readonly password: Secret}

/** User and password of a URL; empty where it has none. */
export function credentialsOf({username, password}: URL): BasicAuth {
  return {username: decodePercent(username), password: new Secret(decodePercent(password))}
}

/** The credentials as the `Authorization` header has them, without the word `Basic`. */
export function basicToken({username, password}: BasicAuth): Secret {
  return new Secret(Buffer.from(`${username}:${password.reveal()}`).toString('base64'))
}

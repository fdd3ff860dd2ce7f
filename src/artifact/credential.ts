import {hash} from 'node:crypto'

import {Secret} from '../secret.ts'

/** Who we are to a registry. https://distribution.github.io/distribution/spec/auth/ */
export type Credential =
  | {readonly kind: 'password'; readonly username: string; readonly password: Secret}
  /** Exchanged for a token at each login: Docker calls it `identitytoken`, OAuth a refresh token. */
  | {readonly kind: 'identity'; readonly username: string | null; readonly token: Secret}
  /** Sent to the registry as it is: `registrytoken`. */
  | {readonly kind: 'registry'; readonly token: Secret}

/** What follows `Basic ` in the header. https://www.rfc-editor.org/rfc/rfc7617 */
export function basicValue(username: string, secret: Secret): string {
  return Buffer.from(`${username}:${secret.reveal()}`).toString('base64')
}

/** All that must be redacted once a credential is known, in the form of the header too. */
export function secretsOf(credential: Credential): Secret[] {
  if (credential.kind === 'password') return withHeader(credential.username, credential.password)
  if (credential.kind === 'registry') return [credential.token]
  return withHeader(basicUser(credential), credential.token)
}

/** The user of an identity token where only Basic is left: Docker's word for there is none. */
export function basicUser({username}: Credential & {kind: 'identity'}): string {
  return username ?? '<token>'
}

/** Tells credentials apart without holding one. */
export function identityOf(credential: Credential | null): string {
  if (credential === null) return 'nobody'
  return hash('sha256', [credential.kind, ...secretsOf(credential).map(secret => secret.reveal())].join('\n'))
}

function withHeader(username: string, secret: Secret): Secret[] {
  return secret.reveal() === '' ? [] : [secret, new Secret(basicValue(username, secret))]
}

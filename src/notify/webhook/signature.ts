import {createHmac} from 'node:crypto'

import {WatchError} from '../../errors.ts'
import type {Http} from '../../http.ts'
import {placeOf} from '../../read-secret.ts'
import {Secret} from '../../secret.ts'
import type {SecretRef} from '../../secret-ref.ts'

/**
 * Symmetric signatures of Standard Webhooks.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
 */

const prefix = 'whsec_'
const keyBytes = {least: 24, most: 64}

/**
 * The key of a signing secret, in base64: `whsec_` and 24 to 64 bytes in base64. Throws `SECRET_MISSING` for anything
 * else, which does not show it.
 */
export function toSigningKey(secret: Secret, ref: SecretRef): Secret {
  const text = secret.reveal()
  const encoded = text.slice(prefix.length)
  const key = Buffer.from(encoded, 'base64')
  const isKey = key.length >= keyBytes.least && key.length <= keyBytes.most && key.toString('base64') === encoded
  if (text.startsWith(prefix) && isKey) return new Secret(encoded)
  throw new WatchError(
    'SECRET_MISSING',
    `reading a secret from ${placeOf(ref)}: it is not ${prefix} with ${keyBytes.least} to ${keyBytes.most} bytes in base64 behind it`,
  )
}

export type Signing = {
  /** Without a dot. */
  readonly id: string
  /** In base64; none: the message is not signed. */
  readonly keys: readonly Secret[]
  readonly clock: () => Date
}

/** Every attempt gets its own time and signatures: a receiver refuses what was signed long ago. */
export function withSignature(http: Http, {id, keys, clock}: Signing): Http {
  return {
    ...http,
    request({headers = {}, body = '', ...request}) {
      const timestamp = String(Math.floor(clock().getTime() / 1000))
      const signatures = keys.map(key => sign(key, `${id}.${timestamp}.${body}`)).join(' ')
      const signed = {
        ...headers,
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        ...(signatures !== '' && {'webhook-signature': signatures}),
      }
      return http.request({...request, headers: signed, body})
    },
  }
}

function sign(key: Secret, content: string): string {
  return `v1,${createHmac('sha256', Buffer.from(key.reveal(), 'base64')).update(content).digest('base64')}`
}

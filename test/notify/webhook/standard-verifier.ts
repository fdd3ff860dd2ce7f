import {webcrypto} from 'node:crypto'

/** What a receiver of Standard Webhooks looks at. */
export type Received = {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

const tolerance = 5 * 60

/**
 * A receiver's check of one message, written from the specification alone and with another implementation of HMAC than
 * the sender: any signature of version `v1` that is right makes it right. Null when it is; else what is wrong.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#verifying-signatures
 */
export async function signatureProblem({headers, body}: Received, secret: string, now: Date): Promise<string | null> {
  const {'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures} = headers
  if (typeof id !== 'string' || id === '' || id.includes('.')) return 'no webhook-id'
  if (typeof timestamp !== 'string' || !/^\d{10}$/.test(timestamp)) return 'no webhook-timestamp'
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > tolerance) return 'another time'
  if (typeof signatures !== 'string') return 'no webhook-signature'
  const key = await webcrypto.subtle.importKey(
    'raw',
    Uint8Array.from(atob(secret.replace(/^whsec_/, '')), character => character.charCodeAt(0)),
    {name: 'HMAC', hash: 'SHA-256'},
    false,
    ['verify'],
  )
  const content = new TextEncoder().encode(`${id}.${timestamp}.${body}`)
  for (const item of signatures.split(' ')) {
    const [version, signature = ''] = item.split(',')
    const bytes = Uint8Array.from(atob(signature), character => character.charCodeAt(0))
    if (version === 'v1' && (await webcrypto.subtle.verify('HMAC', key, bytes, content))) return null
  }
  return 'no signature is right'
}

import {z} from 'zod'

import {oneLine} from '../../one-line.ts'
import type {SignatureKey} from './keys.ts'
import {fromBase64, invalid, parseJson, signerOf, type Verdict} from './verdict.ts'

/** The media type of a layer that holds a payload, and the annotation of it that holds the signature. */
export const simpleSigningType = 'application/vnd.dev.cosign.simplesigning.v1+json'
export const signatureAnnotation = 'dev.cosignproject.cosign/signature'

const payloadSchema = z.object({
  critical: z.object({type: z.string(), image: z.object({'docker-manifest-digest': z.string()})}),
})

/**
 * Whether a classic signature is one of the artifact by one of the keys. The payload is parsed only when it is signed; where
 * it was signed (`docker-reference`) does not count, so that signatures survive copies.
 * https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
 */
export function checkSimpleSigning(
  payload: Buffer,
  signature: string | undefined,
  digest: string,
  keys: readonly SignatureKey[],
): Verdict {
  const bytes = fromBase64(signature ?? '')
  if (bytes === null || bytes.length === 0) return invalid(`its annotation ${signatureAnnotation} has no signature`)
  const key = signerOf(payload, [bytes], keys)
  if (key === null) return invalid('it is by none of the configured keys')
  const parsed = payloadSchema.safeParse(parseJson(payload), {jitless: true})
  if (!parsed.success) return invalid('its payload is not as cosign writes it')
  const {type, image} = parsed.data.critical
  if (type !== 'cosign container image signature') return invalid(`it is a signature of the type ${oneLine(type, 100)}`)
  const signed = image['docker-manifest-digest']
  return signed === digest ? {kind: 'valid', key} : invalid(`it is of another artifact, ${oneLine(signed, 150)}`)
}

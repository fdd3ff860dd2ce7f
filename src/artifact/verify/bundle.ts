import {z} from 'zod'

import {oneLine} from '../../one-line.ts'
import {shortHash, type SignatureKey} from './keys.ts'
import {fromBase64, invalid, parseJson, signerOf, type Verdict} from './verdict.ts'

/** The media type of a layer that holds a bundle. */
export const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json'

const payloadType = 'application/vnd.in-toto+json'
const statementType = 'https://in-toto.io/Statement/v1'
const predicateType = 'https://sigstore.dev/cosign/sign/v1'

const mostSignatures = 64

const bundleSchema = z.object({
  mediaType: z.literal(bundleType),
  verificationMaterial: z.object({publicKey: z.object({hint: z.string().nullish()}).nullish()}).nullish(),
  dsseEnvelope: z.object({
    payload: z.string(),
    payloadType: z.literal(payloadType),
    signatures: z
      .array(z.object({sig: z.string()}))
      .min(1)
      .max(mostSignatures),
  }),
})

const statementSchema = z.object({
  _type: z.string(),
  predicateType: z.string(),
  subject: z.array(z.object({digest: z.record(z.string(), z.string())})),
})

/**
 * Whether a Sigstore bundle is a signature of the artifact by one of the keys. A valid envelope says no more than who signed
 * some statement: it must be cosign's signature statement, and of this artifact. An attestation is no signature.
 * https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto
 * https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
 */
export function checkBundle(bytes: Buffer, digest: string, keys: readonly SignatureKey[]): Verdict {
  const bundle = bundleSchema.safeParse(parseJson(bytes), {jitless: true})
  if (!bundle.success) return invalid(`it is no bundle v0.3 with a DSSE envelope: ${whereWrong(bundle.error)}`)
  const {dsseEnvelope, verificationMaterial} = bundle.data
  const payload = fromBase64(dsseEnvelope.payload)
  const signatures = dsseEnvelope.signatures.flatMap(({sig}) => fromBase64(sig) ?? [])
  if (payload === null || signatures.length === 0) return invalid('its payload or signature is not base64')
  const key = signerOf(preAuthenticationOf(payload), signatures, keys)
  const statement = statementSchema.safeParse(parseJson(payload), {jitless: true})
  if (key === null) {
    // not believed: it only says what is missing
    const isOther = statement.success && statement.data.predicateType !== predicateType
    if (isOther) return attestation(statement.data.predicateType)
    return invalid(`it is by none of the configured keys${hinted(verificationMaterial?.publicKey?.hint)}`)
  }
  if (!statement.success) return invalid('what it signs is no in-toto statement')
  return checkStatement(statement.data, digest, key)
}

function checkStatement(statement: z.infer<typeof statementSchema>, digest: string, key: SignatureKey): Verdict {
  if (statement.predicateType !== predicateType) return attestation(statement.predicateType)
  if (statement._type !== statementType)
    return invalid(`it is a statement of the type ${oneLine(statement._type, 100)}`)
  const subjects = statement.subject.map(subject => `sha256:${subject.digest['sha256']}`)
  if (subjects.includes(digest)) return {kind: 'valid', key}
  return invalid(`it is of another artifact, ${oneLine(subjects[0] ?? 'of none', 150)}`)
}

/** What DSSE signs. https://github.com/secure-systems-lab/dsse/blob/master/protocol.md */
function preAuthenticationOf(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `), payload])
}

function attestation(type: string): Verdict {
  return {kind: 'no-signature', reason: `it is an attestation of the type ${oneLine(type, 100)}, not a signature`}
}

/** The hint is the hash of the key that it was made with, if that is said truly. */
function hinted(hint: string | null | undefined): string {
  const hash = fromBase64(hint ?? '')
  return hash?.length === 32 ? `, it names ${shortHash(hash)}` : ''
}

function whereWrong({issues: [issue]}: z.ZodError): string {
  return oneLine(`${issue?.path.join('.') || 'the whole'} is ${issue?.message ?? 'wrong'}`, 100)
}

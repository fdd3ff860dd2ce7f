import {generateKeyPairSync, sign, type KeyObject} from 'node:crypto'

import {fingerprintOf, type SignatureKey} from '../../../src/artifact/verify/keys.ts'
import {bundleType} from '../../../src/artifact/verify/bundle.ts'
import {signatureAnnotation, simpleSigningType} from '../../../src/artifact/verify/simple-signing.ts'
import type {FakeRegistry, StoredDescriptor} from '../../support/fake-registry.ts'
import {imageManifest, indexType, manifestType} from '../artifact-builder.ts'

/** Signs as cosign does: SHA-256 with ECDSA in DER, or RSA PKCS #1 v1.5. */
export type Signer = {readonly key: SignatureKey; sign(bytes: string | Buffer): string}

export function ecSigner(): Signer {
  return toSigner(generateKeyPairSync('ec', {namedCurve: 'P-256'}))
}

export function rsaSigner(): Signer {
  return toSigner(generateKeyPairSync('rsa', {modulusLength: 2048}))
}

function toSigner({privateKey, publicKey}: {privateKey: KeyObject; publicKey: KeyObject}): Signer {
  return {
    key: {name: `test ${fingerprintOf(publicKey)}`, key: publicKey},
    sign: bytes => sign('sha256', Buffer.from(bytes), privateKey).toString('base64'),
  }
}

export const cosignType = 'cosign container image signature'
export const signPredicate = 'https://sigstore.dev/cosign/sign/v1'
export const statementType = 'https://in-toto.io/Statement/v1'
export const payloadType = 'application/vnd.in-toto+json'

/** The payload of a classic signature. */
export function simplePayload(digest: string, type = cosignType): string {
  const identity = {'docker-reference': 'registry.example.com/acme/config'}
  return JSON.stringify({critical: {identity, image: {'docker-manifest-digest': digest}, type}, optional: null})
}

/** A statement as cosign signs it. */
export function statement(digest: string, more: Record<string, unknown> = {}): string {
  const subject = [{digest: {sha256: digest.replace('sha256:', '')}, annotations: {}}]
  return JSON.stringify({_type: statementType, subject, predicateType: signPredicate, predicate: {}, ...more})
}

/** What DSSE signs of a payload. */
export function preAuthentication(payload: string | Buffer, type = payloadType): Buffer {
  const body = Buffer.from(payload)
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `), body])
}

/** A bundle of a payload with these signatures of it. */
export function bundleOf(payload: string | Buffer, signatures: readonly string[], more: Record<string, unknown> = {}) {
  const dsseEnvelope = {
    payload: Buffer.from(payload).toString('base64'),
    payloadType,
    signatures: signatures.map(sig => ({sig})),
    ...more,
  }
  return {mediaType: bundleType, verificationMaterial: {publicKey: {hint: ''}}, dsseEnvelope}
}

/** A good bundle. */
export function signedBundle(digest: string, signer: Signer) {
  const payload = statement(digest)
  return bundleOf(payload, [signer.sign(preAuthentication(payload))])
}

/** Stores a bundle as a referrer of an image manifest. It is listed nowhere yet. */
export function addBundle(
  registry: FakeRegistry,
  subject: StoredDescriptor,
  bundle: unknown,
  more: Record<string, unknown> = {},
): StoredDescriptor {
  const bytes = typeof bundle === 'string' || Buffer.isBuffer(bundle) ? bundle : JSON.stringify(bundle)
  const layer = registry.addBlob(bytes, bundleType)
  const manifest = imageManifest([layer], {artifactType: bundleType, subject, ...more})
  return registry.addManifest(manifest, manifestType)
}

/** An index of referrers. */
export function referrersOf(manifests: readonly unknown[]): string {
  return JSON.stringify({schemaVersion: 2, mediaType: indexType, manifests})
}

/** Lists referrers under the fallback tag. */
export function tagReferrers(registry: FakeRegistry, digest: string, manifests: readonly unknown[]): void {
  registry.addManifest(referrersOf(manifests), indexType, digest.replace(':', '-'))
}

/** The layer of a classic signature. */
export function addSimpleLayer(registry: FakeRegistry, payload: string | Buffer, signature: string): StoredDescriptor {
  return registry.addBlob(payload, simpleSigningType, {[signatureAnnotation]: signature})
}

/** Tags these layers as the classic signatures of a digest. */
export function tagSignatures(registry: FakeRegistry, digest: string, layers: readonly StoredDescriptor[]): void {
  registry.addManifest(imageManifest(layers), manifestType, `${digest.replace(':', '-')}.sig`)
}

/** Signs a digest in the classic way. */
export function signClassic(registry: FakeRegistry, digest: string, ...signers: readonly Signer[]): void {
  const payload = simplePayload(digest)
  tagSignatures(
    registry,
    digest,
    signers.map(signer => addSimpleLayer(registry, payload, signer.sign(payload))),
  )
}

/** Signs a digest with bundles that the fallback tag lists. */
export function signBundles(registry: FakeRegistry, subject: StoredDescriptor, ...signers: readonly Signer[]): void {
  const bundles = signers.map(signer => addBundle(registry, subject, signedBundle(subject.digest, signer)))
  tagReferrers(registry, subject.digest, bundles)
}

import {createHash, createPublicKey, type KeyObject} from 'node:crypto'
import {basename} from 'node:path'

import {WatchError, errorText} from '../../errors.ts'
import {oneLine} from '../../one-line.ts'
import {placeOf, readSecret} from '../../read-secret.ts'
import type {SecretRef} from '../../secret-ref.ts'

/** A public key that artifacts may be signed with. */
export type SignatureKey = {
  /** For people: `cosign-key sha256:67fd4e796fd9 (file cosign.pub)`. */
  readonly name: string
  readonly key: KeyObject
}

/**
 * Reads every key that the config names; a file or variable may hold several. Throws `SECRET_MISSING` when one cannot be
 * read, `CONFIG_INVALID` when it holds anything but PEM public keys of EC P-256 or RSA of at least 2048 bits: cosign signs
 * with other kinds in ways that its own `verify` refuses.
 */
export function readKeys(refs: readonly SecretRef[], env: NodeJS.ProcessEnv, baseDir: string): SignatureKey[] {
  const keys = refs.flatMap(ref => parseKeys(readSecret(ref, env, baseDir).reveal(), ref))
  return keys.filter(({key}, index) => keys.findIndex(other => other.key.equals(key)) === index)
}

/** The keys of one file or variable. Throws `CONFIG_INVALID`. */
export function parseKeys(text: string, ref: SecretRef): SignatureKey[] {
  const refuse = (what: string, cause?: unknown) =>
    new WatchError('CONFIG_INVALID', `reading the public key of ${placeOf(ref)}: ${what}`, {cause, hint})
  const blocks = [...text.matchAll(/^-----BEGIN ([A-Z0-9 ]+)-----\r?\n[^-]*^-----END \1-----\r?$/gm)]
  if (blocks.length === 0) throw refuse('it is no PEM text')
  if (blocks.length !== text.match(/-----BEGIN/g)?.length) throw refuse('a key in it has no proper beginning or end')
  return blocks.map(([block, label]) => {
    if (!publicLabels.has(label!)) throw refuse(`it has ${labelText(label!)}`)
    let key: KeyObject
    try {
      key = createPublicKey(block)
    } catch (error) {
      throw refuse(`a key in it cannot be read: ${oneLine(errorText(error), 100)}`, error)
    }
    const wrong = wrongKind(key)
    if (wrong !== null) throw refuse(`it is ${wrong}`)
    return {name: `cosign-key ${fingerprintOf(key)} (${shortPlace(ref)})`, key}
  })
}

/** `sha256:` and 12 digits of the hash of the key's SubjectPublicKeyInfo, RFC 5280, as cosign's hint has it. */
export function fingerprintOf(key: KeyObject): string {
  return shortHash(
    createHash('sha256')
      .update(key.export({type: 'spki', format: 'der'}))
      .digest(),
  )
}

export function shortHash(hash: Buffer): string {
  return `sha256:${hash.toString('hex').slice(0, 12)}`
}

const hint = 'name the file that ends in .pub of `cosign generate-key-pair`, or an RSA public key of at least 2048 bits'

const publicLabels: ReadonlySet<string> = new Set(['PUBLIC KEY', 'RSA PUBLIC KEY'])

function labelText(label: string): string {
  if (label.endsWith('PRIVATE KEY')) return 'a private key, which belongs with who signs and nowhere else'
  if (label.endsWith('CERTIFICATE')) return 'a certificate, and only keys are supported'
  return `a block of another kind, ${oneLine(label, 50)}`
}

const shortestModulus = 2048
const longestModulus = 16_384

/** Null for a key that we verify with. */
function wrongKind({asymmetricKeyType: type, asymmetricKeyDetails: details = {}}: KeyObject): string | null {
  if (type === 'ec') {
    const {namedCurve} = details
    if (namedCurve === 'prime256v1') return null
    return `an EC key on ${curveNames.get(namedCurve ?? '') ?? namedCurve ?? 'a curve without a name'}, not P-256`
  }
  if (type === 'rsa') {
    const {modulusLength = 0} = details
    if (modulusLength < shortestModulus) return `an RSA key of ${modulusLength} bits, fewer than ${shortestModulus}`
    return modulusLength > longestModulus ? `an RSA key of ${modulusLength} bits, more than ${longestModulus}` : null
  }
  return `a key of the kind ${keyTypes.get(type ?? '') ?? type}, which is not supported`
}

const curveNames = new Map([
  ['secp224r1', 'P-224'],
  ['secp384r1', 'P-384'],
  ['secp521r1', 'P-521'],
])
const keyTypes = new Map([
  ['ed25519', 'Ed25519'],
  ['ed448', 'Ed448'],
  ['rsa-pss', 'RSA-PSS'],
  ['dsa', 'DSA'],
  ['dh', 'DH'],
  ['x25519', 'X25519'],
  ['x448', 'X448'],
])

function shortPlace(ref: SecretRef): string {
  return oneLine(ref.file === undefined ? placeOf(ref) : placeOf({file: basename(ref.file)}), 100)
}

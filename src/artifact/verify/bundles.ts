import {parseDigest} from '../digest.ts'
import {bundleType, checkBundle} from './bundle.ts'
import {judge, reasonOf, storedWrongly, type VerifyContext} from './context.ts'
import {readLayer} from './read-layer.ts'
import {listReferrers} from './referrers.ts'
import {readSignatureManifest, type SignatureManifest} from './signature-manifest.ts'
import {invalid, named, noSignature, shortDigest, type Verdict} from './verdict.ts'

/**
 * Verdicts on the Sigstore bundles of a digest, which are referrers. Each is fetched, whatever the list says of its type:
 * cosign and registries have written wrong ones. A referrer without a bundle, such as an SBOM, gets no verdict, and one
 * that is an index or was deleted is no signature.
 */
export async function* bundlesOf(digest: string, context: VerifyContext): AsyncGenerator<Verdict> {
  const {digests, trouble} = await listReferrers(digest, context)
  const most = context.limits.signatures
  for (const referrer of digests.slice(0, most)) {
    yield* await judge(() => checkReferrer(referrer, digest, context), context)
  }
  if (digests.length > most) yield noSignature(`only ${most} of ${digests.length} referrers were looked at`)
  if (trouble !== null) yield invalid(trouble)
}

/** Null when it has no bundle. */
async function checkReferrer(referrer: string, digest: string, context: VerifyContext): Promise<Verdict | null> {
  const name = `bundle ${shortDigest(referrer)}`
  if (parseDigest(referrer) === null) return invalid('the digest of a referrer is none that is known')
  const manifest = await readReferrer(referrer, context)
  if ('kind' in manifest) return manifest
  const {subject, layers} = manifest
  const [layer, ...others] = layers.filter(({mediaType}) => mediaType === bundleType)
  if (layer === undefined) return null
  if (others.length > 0) return invalid(`${name}: it is ${others.length + 1} bundles, not one`)
  if (subject !== digest) return invalid(`${name}: its subject is another artifact`)
  return named(name, checkBundle(await readLayer(layer, context), digest, context.keys))
}

/** Lists keep what was deleted, and may hold indexes, which cosign never writes. */
async function readReferrer(referrer: string, context: VerifyContext): Promise<SignatureManifest | Verdict> {
  try {
    return await readSignatureManifest(referrer, context)
  } catch (error) {
    const wrong = storedWrongly(error)
    if (wrong?.code !== 'ARTIFACT_NOT_FOUND' && wrong?.code !== 'ARTIFACT_UNSUPPORTED_MEDIA_TYPE') throw error
    return noSignature(reasonOf(wrong, context))
  }
}

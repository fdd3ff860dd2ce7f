import {attempting, judge, storedWrongly, type VerifyContext} from './context.ts'
import {readLayer} from './read-layer.ts'
import {readSignatureManifest, type SignatureLayer} from './signature-manifest.ts'
import {checkSimpleSigning, signatureAnnotation, simpleSigningType} from './simple-signing.ts'
import {invalid, named, shortDigest, type Verdict} from './verdict.ts'

/** Verdicts on the classic signatures of a digest: the layers of the image manifest with the tag `sha256-HEX.sig`. */
export async function* simpleSignaturesOf(digest: string, context: VerifyContext): AsyncGenerator<Verdict> {
  const most = context.limits.signatures
  const layers: SignatureLayer[] = []
  yield* await judge(async () => {
    layers.push(...(await readLayers(digest, context)))
    return null
  }, context)
  for (const layer of layers.slice(0, most)) yield* await judge(() => checkLayer(layer, digest, context), context)
  if (layers.length > most) yield invalid(`only ${most} of ${layers.length} signatures of the .sig tag were looked at`)
}

async function readLayers(digest: string, context: VerifyContext): Promise<SignatureLayer[]> {
  const tag = `${digest.replace(':', '-')}.sig`
  try {
    const {layers} = await readSignatureManifest(tag, context)
    const signatures = layers.filter(({mediaType}) => mediaType === simpleSigningType)
    if (signatures.length > 0) return signatures
  } catch (error) {
    if (storedWrongly(error)?.code === 'ARTIFACT_NOT_FOUND') return []
    throw error
  }
  throw attempting(`reading ${tag}`, context).error('ARTIFACT_LAYOUT_INVALID', 'no layer of it is a signature')
}

async function checkLayer(layer: SignatureLayer, digest: string, context: VerifyContext): Promise<Verdict> {
  const payload = await readLayer(layer, context)
  const verdict = checkSimpleSigning(payload, layer.annotations?.[signatureAnnotation], digest, context.keys)
  return named(`.sig ${shortDigest(layer.digest)}`, verdict)
}

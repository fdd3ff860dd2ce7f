import {z} from 'zod'

import {manifestTypes} from '../image-manifest.ts'
import {readDocument} from '../read-document.ts'
import {attempting, type VerifyContext} from './context.ts'

const layer = z.object({
  mediaType: z.string(),
  digest: z.string(),
  size: z.int().nonnegative(),
  annotations: z.record(z.string(), z.string()).nullish(),
})

/** A layer of an image manifest that may hold signatures. */
export type SignatureLayer = z.infer<typeof layer>

const schema = z.object({
  subject: z.object({digest: z.string()}).nullish(),
  layers: z.array(layer).nullish(),
})

/** What of an image manifest may be a signature. Its config does not count. */
export type SignatureManifest = {readonly subject: string | null; readonly layers: readonly SignatureLayer[]}

/** Reads one by tag or digest. Throws `ARTIFACT_…`, also when it is something else. */
export async function readSignatureManifest(name: string, context: VerifyContext): Promise<SignatureManifest> {
  const {registry, limits, signal} = context
  const attempt = attempting(`fetching manifest ${name}`, context)
  const document = await readDocument({registry, name, expected: null, limit: limits.manifest, attempt, signal})
  if (!(manifestTypes as readonly string[]).includes(document.mediaType)) {
    throw attempt.error('ARTIFACT_UNSUPPORTED_MEDIA_TYPE', 'it is an index, and no image manifest')
  }
  const parsed = schema.safeParse(document.json, {jitless: true})
  if (!parsed.success) throw attempt.error('ARTIFACT_LAYOUT_INVALID', 'it is not as OCI has it')
  return {subject: parsed.data.subject?.digest ?? null, layers: parsed.data.layers ?? []}
}

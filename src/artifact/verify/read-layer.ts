import {digestOf, parseDigest} from '../digest.ts'
import {readAnswer} from './read-answer.ts'
import {attempting, type VerifyContext} from './context.ts'
import type {SignatureLayer} from './signature-manifest.ts'

/** Reads a layer into memory. Nothing of it is given before its size and digest are right. Throws `ARTIFACT_…`. */
export async function readLayer({digest, size}: SignatureLayer, context: VerifyContext): Promise<Buffer> {
  const {registry, limits, signal} = context
  const algorithm = parseDigest(digest)?.algorithm
  const attempt = attempting(algorithm === undefined ? 'reading a layer' : `fetching layer ${digest}`, context)
  if (algorithm === undefined) throw attempt.error('ARTIFACT_UNSUPPORTED_DIGEST', 'its digest is none that is known')
  const limit = limits.signature
  if (size > limit) throw attempt.error('ARTIFACT_LIMIT_EXCEEDED', `it has ${size} bytes, more than ${limit}`)
  return await registry.get({path: `blobs/${digest}`, attempt, signal}, async answer => {
    const bytes = await readAnswer(answer, limit, attempt)
    if (bytes.length !== size)
      throw attempt.error('ARTIFACT_SIZE_MISMATCH', `it has ${bytes.length} bytes, not ${size}`)
    const actual = digestOf(bytes, algorithm)
    if (actual !== digest) throw attempt.error('ARTIFACT_DIGEST_MISMATCH', `its bytes are ${actual}`)
    return bytes
  })
}

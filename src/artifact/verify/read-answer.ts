import type {Attempt} from '../attempt.ts'
import type {RegistryAnswer} from '../registry.ts'

/** All of an answer, at most `limit` bytes. Nothing is allocated by a size that somebody claims. */
export async function readAnswer({body}: RegistryAnswer, limit: number, attempt: Attempt): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > limit) throw attempt.error('ARTIFACT_LIMIT_EXCEEDED', `it has more than ${limit} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

import type {Attempt} from './attempt.ts'
import {digestOf, parseDigest} from './digest.ts'
import {acceptedTypes, artifactManifestType, bareType, type Descriptor} from './image-manifest.ts'
import {oneLine} from '../one-line.ts'
import type {Registry, RegistryAnswer} from './registry.ts'

/** An image manifest or index as the registry gave it, with the digest of its bytes. */
export type RegistryDocument = {
  readonly mediaType: string
  readonly digest: string
  readonly bytes: Buffer
  readonly json: unknown
}

export type ReadDocumentOptions = {
  readonly registry: Registry
  /** Tag or digest. */
  readonly name: string
  /** What an index said of it. */
  readonly expected: Descriptor | null
  /** Bytes. */
  readonly limit: number
  readonly attempt: Attempt
  readonly signal: AbortSignal
}

/** Gets a document by tag or digest and checks all that can be known of it: types, size, digest. */
export async function readDocument(options: ReadDocumentOptions): Promise<RegistryDocument> {
  const {registry, name, attempt, signal} = options
  const request = {path: `manifests/${name}`, accept: acceptedTypes, attempt, signal}
  return await registry.get(request, answer => checkDocument(answer, options))
}

async function checkDocument(answer: RegistryAnswer, options: ReadDocumentOptions): Promise<RegistryDocument> {
  const {expected, attempt} = options
  const mediaType = contentType(answer, attempt)
  if (expected !== null && bareType(expected.mediaType) !== mediaType) {
    throw attempt.error('ARTIFACT_UNSUPPORTED_MEDIA_TYPE', `it is ${mediaType}, but its index says otherwise`)
  }
  const bytes = await readBytes(answer, options)
  const digest = checkedDigest(bytes, options, answer)
  return {mediaType, digest, bytes, json: parseJson(bytes, mediaType, attempt)}
}

function contentType({headers}: RegistryAnswer, attempt: Attempt): string {
  const header = headers['content-type']
  const mediaType = bareType(typeof header === 'string' ? header : '')
  if (acceptedTypes.split(', ').includes(mediaType)) return mediaType
  if (mediaType === artifactManifestType) {
    throw attempt.error(
      'ARTIFACT_UNSUPPORTED_MEDIA_TYPE',
      'it is an artifact manifest, which OCI 1.1 withdrew: push it again with a newer oras',
    )
  }
  const what = mediaType === '' ? 'no media type' : oneLine(mediaType, 100)
  throw attempt.error('ARTIFACT_UNSUPPORTED_MEDIA_TYPE', `it is no image manifest or index: the answer has ${what}`)
}

async function readBytes({body}: RegistryAnswer, {expected, limit, attempt}: ReadDocumentOptions): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > limit) throw attempt.error('ARTIFACT_LIMIT_EXCEEDED', `it has more than ${limit} bytes`)
    chunks.push(chunk)
  }
  if (expected !== null && size !== expected.size) {
    throw attempt.error('ARTIFACT_SIZE_MISMATCH', `it has ${size} bytes, but its index says ${expected.size}`)
  }
  return Buffer.concat(chunks)
}

/** What was asked for by digest must have it, and the registry's own `Docker-Content-Digest`, if there, must agree. */
function checkedDigest(bytes: Buffer, {name, attempt}: ReadDocumentOptions, {headers}: RegistryAnswer): string {
  const header = headers['docker-content-digest']
  const asked = parseDigest(name)
  for (const claim of [...(asked === null ? [] : [name]), ...(typeof header === 'string' ? [header] : [])]) {
    const digest = parseDigest(claim)
    if (digest === null) {
      throw attempt.error('ARTIFACT_UNSUPPORTED_DIGEST', `the registry calls it ${oneLine(claim, 150)}`)
    }
    const actual = digestOf(bytes, digest.algorithm)
    if (actual !== claim) throw attempt.error('ARTIFACT_DIGEST_MISMATCH', `its bytes are ${actual}, not ${claim}`)
  }
  return asked === null ? digestOf(bytes, 'sha256') : name
}

/** A `mediaType` inside, if there, must be the one of the answer: else one text could be read as two things. */
function parseJson(bytes: Buffer, mediaType: string, attempt: Attempt): unknown {
  let json: unknown
  try {
    json = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw attempt.error('ARTIFACT_LAYOUT_INVALID', 'it is not JSON', {cause: error})
  }
  const inside = (json as {mediaType?: unknown} | null)?.mediaType
  if (inside === undefined || (typeof inside === 'string' && bareType(inside) === mediaType)) return json
  throw attempt.error(
    'ARTIFACT_UNSUPPORTED_MEDIA_TYPE',
    `the answer says ${mediaType}, the text itself ${oneLine(JSON.stringify(inside), 100)}`,
  )
}

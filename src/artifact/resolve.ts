import type {z} from 'zod'

import type {Attempt} from './attempt.ts'
import {parseDigest} from './digest.ts'
import {imageIndex, imageManifest, indexTypes, type Descriptor, type ImageManifest} from './image-manifest.ts'
import type {Limits} from './limits.ts'
import {oneLine} from '../one-line.ts'
import {readDocument, type RegistryDocument} from './read-document.ts'
import type {Reference} from './reference.ts'
import type {Registry} from './registry.ts'

/** What a reference stands for now. */
export type ResolvedArtifact = {
  /** Of what the tag names: the index, if it is one. */
  readonly digest: string
  readonly manifest: ImageManifest
  /** Of the image manifest, and where it has none, of the indexes above it. */
  readonly annotations: Readonly<Record<string, string>>
}

export type ResolveOptions = {
  readonly registry: Registry
  readonly reference: Reference
  readonly limits: Limits
  readonly attempt: Attempt
  readonly signal: AbortSignal
}

/** Asks for the tag once; everything after that goes by digest. Goes through indexes that leave no choice. */
export async function resolveArtifact(options: ResolveOptions): Promise<ResolvedArtifact> {
  const {reference, limits} = options
  const name = reference.digest ?? reference.tag!
  let document = await read(name, null, options)
  const {digest} = document
  const annotations: ResolvedArtifact['annotations'][] = []
  for (let depth = 1; isIndex(document); depth += 1) {
    const attempt = options.attempt.step(`reading index ${document.digest}`)
    if (depth > limits.indexDepth) {
      throw attempt.error('ARTIFACT_AMBIGUOUS_INDEX', `it lies in ${limits.indexDepth} other indexes`)
    }
    const index = parse(imageIndex, document, attempt)
    annotations.push(index.annotations ?? {})
    const child = onlyChild(index.manifests ?? [], attempt)
    document = await read(child.digest, child, options)
  }
  const attempt = options.attempt.step(`reading image manifest ${document.digest}`)
  const manifest = parse(imageManifest, document, attempt)
  return {digest, manifest, annotations: Object.assign({}, ...annotations, manifest.annotations)}
}

async function read(name: string, expected: Descriptor | null, options: ResolveOptions): Promise<RegistryDocument> {
  const {registry, limits, signal} = options
  const attempt = options.attempt.step(`fetching manifest ${name}`)
  return await readDocument({registry, name, expected, limit: limits.manifest, attempt, signal})
}

function isIndex({mediaType}: RegistryDocument): boolean {
  return (indexTypes as readonly string[]).includes(mediaType)
}

function parse<Schema extends z.ZodType>(schema: Schema, {json}: RegistryDocument, attempt: Attempt): z.infer<Schema> {
  // one text needs no code made for its schema
  const parsed = schema.safeParse(json, {jitless: true})
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue?.path.join('.') || 'the whole'
  throw attempt.error('ARTIFACT_LAYOUT_INVALID', `${where} is not as OCI has it: ${issue?.message}`)
}

/** Attestations that a builder puts beside an image are no content. https://docs.docker.com/build/metadata/attestations */
function onlyChild(children: readonly Descriptor[], attempt: Attempt): Descriptor {
  const candidates = children.filter(child => child.annotations?.['vnd.docker.reference.type'] === undefined)
  const [child] = candidates
  if (child === undefined) throw attempt.error('ARTIFACT_AMBIGUOUS_INDEX', 'it lists no image manifest')
  if (candidates.length > 1) {
    const digests = candidates.slice(0, 5).map(candidate => oneLine(candidate.digest, 150))
    const more = candidates.length > 5 ? ', …' : ''
    throw attempt.error(
      'ARTIFACT_AMBIGUOUS_INDEX',
      `it lists ${candidates.length} image manifests: ${digests.join(', ')}${more}`,
    )
  }
  if (parseDigest(child.digest) === null) {
    throw attempt.error('ARTIFACT_UNSUPPORTED_DIGEST', 'it names its image manifest by an unknown digest')
  }
  return child
}

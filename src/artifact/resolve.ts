import type {z} from 'zod'

import type {Attempt} from './attempt.ts'
import {parseDigest} from './digest.ts'
import {bareType, imageIndex, imageManifest, indexTypes, type Descriptor, type ImageManifest} from './image-manifest.ts'
import type {Limits} from './limits.ts'
import {oneLine} from '../one-line.ts'
import {readDocument, type RegistryDocument} from './read-document.ts'
import type {Registry} from './registry.ts'

/** What a reference stands for now. */
export type ResolvedArtifact = {
  /** Of what the tag names: the index, if it is one. */
  readonly digest: string
  /** Of the image manifest; the same one unless there is an index above it. */
  readonly manifestDigest: string
  readonly manifest: ImageManifest
  /** Of the image manifest, and where it has none, of the indexes above it. */
  readonly annotations: Readonly<Record<string, string>>
  /** All that was read on the way. */
  readonly documents: readonly RegistryDocument[]
}

export type ResolveOptions = {
  readonly registry: Registry
  /** Tag or digest. */
  readonly name: string
  /** Which image manifest of an index is meant; null when it must leave no choice. */
  readonly artifactType: string | null
  readonly limits: Limits
  readonly attempt: Attempt
  readonly signal: AbortSignal
}

type Read = (name: string, expected: Descriptor | null) => Promise<RegistryDocument>

/** Image manifests of an index that are read to learn their type. */
const mostChildren = 32

/** Asks for the name once; everything after that goes by digest. Goes through indexes that leave no choice. */
export async function resolveArtifact(options: ResolveOptions): Promise<ResolvedArtifact> {
  const {limits, name} = options
  const documents: RegistryDocument[] = []
  const read: Read = async (wanted, expected) => {
    const document = await readManifest(wanted, expected, options)
    documents.push(document)
    return document
  }
  let document = await read(name, null)
  const {digest} = document
  const annotations: ResolvedArtifact['annotations'][] = []
  for (let depth = 1; isIndex(document); depth += 1) {
    const attempt = options.attempt.step(`reading index ${document.digest}`)
    if (depth > limits.indexDepth) {
      throw attempt.error('ARTIFACT_AMBIGUOUS_INDEX', `it lies in ${limits.indexDepth} other indexes`)
    }
    const index = parse(imageIndex, document, attempt)
    annotations.push(index.annotations ?? {})
    document = await readChild(index.manifests ?? [], read, options.artifactType, attempt)
  }
  const attempt = options.attempt.step(`reading image manifest ${document.digest}`)
  const manifest = parse(imageManifest, document, attempt)
  return {
    digest,
    manifestDigest: document.digest,
    manifest,
    annotations: Object.assign({}, ...annotations, manifest.annotations),
    documents,
  }
}

async function readManifest(
  name: string,
  expected: Descriptor | null,
  options: ResolveOptions,
): Promise<RegistryDocument> {
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
  const where = oneLine(issue?.path.join('.') ?? '', 150) || 'the whole'
  throw attempt.error('ARTIFACT_LAYOUT_INVALID', `${where} is not as OCI has it: ${issue?.message}`)
}

/** Attestations that a builder puts beside an image are no content. https://docs.docker.com/build/metadata/attestations */
async function readChild(
  children: readonly Descriptor[],
  read: Read,
  artifactType: string | null,
  attempt: Attempt,
): Promise<RegistryDocument> {
  const candidates = children.filter(child => child.annotations?.['vnd.docker.reference.type'] === undefined)
  requireDigests(candidates, attempt)
  if (artifactType !== null) return await readOfType(candidates, read, artifactType, attempt)
  const [child] = candidates
  if (child === undefined) throw attempt.error('ARTIFACT_AMBIGUOUS_INDEX', 'it lists no image manifest')
  if (candidates.length > 1) {
    throw attempt.error(
      'ARTIFACT_AMBIGUOUS_INDEX',
      `it lists ${candidates.length} image manifests: ${list(candidates)}`,
      {
        hint: 'name one image manifest of the index by its digest, or its type with source.artifactType',
      },
    )
  }
  return await read(child.digest, child)
}

/** The type stands in the index, else in what it names. An index without a type may lead to one. */
async function readOfType(
  candidates: readonly Descriptor[],
  read: Read,
  artifactType: string,
  attempt: Attempt,
): Promise<RegistryDocument> {
  const wanted = bareType(artifactType)
  const untyped = candidates.filter(child => !child.artifactType)
  if (untyped.length > mostChildren) {
    const most = `and ${mostChildren} are looked into for one`
    throw attempt.error('ARTIFACT_LIMIT_EXCEEDED', `it lists ${untyped.length} image manifests without a type, ${most}`)
  }
  const matches: {child: Descriptor; document: RegistryDocument | null}[] = []
  for (const child of candidates) {
    const document = child.artifactType ? null : await read(child.digest, child)
    const type = document === null ? child.artifactType! : typeOf(document, attempt)
    if (type === null || bareType(type) === wanted) matches.push({child, document})
  }
  const [match] = matches
  if (match !== undefined && matches.length === 1)
    return match.document ?? (await read(match.child.digest, match.child))
  const named = `of the type ${oneLine(artifactType, 150)}`
  throw attempt.error(
    'ARTIFACT_AMBIGUOUS_INDEX',
    match === undefined
      ? `none of its ${candidates.length} image manifests is ${named}: ${list(candidates)}`
      : `${matches.length} image manifests are ${named}: ${list(matches.map(({child}) => child))}`,
  )
}

/** As the referrers API has it: without a type of its own, an image manifest has that of its config. */
function typeOf(document: RegistryDocument, attempt: Attempt): string | null {
  if (isIndex(document)) return parse(imageIndex, document, attempt).artifactType || null
  const {artifactType, config} = parse(imageManifest, document, attempt)
  return artifactType || config.mediaType
}

function requireDigests(children: readonly Descriptor[], attempt: Attempt): void {
  if (children.every(({digest}) => parseDigest(digest) !== null)) return
  throw attempt.error('ARTIFACT_UNSUPPORTED_DIGEST', 'it names an image manifest by an unknown digest')
}

function list(children: readonly Descriptor[]): string {
  const digests = children.slice(0, 5).map(({digest}) => oneLine(digest, 150))
  return `${digests.join(', ')}${children.length > 5 ? ', …' : ''}`
}

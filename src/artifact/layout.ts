import type {WatchError} from '../errors.ts'
import type {Attempt} from './attempt.ts'
import {parseDigest} from './digest.ts'
import {parseEntryName} from './entry-name.ts'
import {bareType, emptyType, imageConfigTypes, type Descriptor, type ImageManifest} from './image-manifest.ts'
import type {Limits} from './limits.ts'
import {oneLine} from '../one-line.ts'

/** What becomes of one layer. */
export type PlannedLayer = {
  readonly descriptor: Descriptor
  /** A file to put in its place, or an archive to unpack. */
  readonly kind: 'file' | 'tar'
  /** Where the file goes, or below which all entries must lie; `''` is the root. */
  readonly path: string
  /** Of the uncompressed archive, when the pusher noted it. */
  readonly contentDigest: string | null
}

// https://oras.land/docs/how_to_guides/manifest_config and oras-go content/file/file.go
const titleAnnotation = 'org.opencontainers.image.title'
const unpackAnnotation = 'io.deis.oras.content.unpack'
const contentDigestAnnotation = 'io.deis.oras.content.digest'

export type LayoutOptions = {
  /** The media type of the only layer that is meant; null for all of them. */
  readonly layer: string | null
  readonly limits: Limits
  readonly attempt: Attempt
}

/**
 * Decides what an artifact's layers are. As soon as one has a title they are files and folders as `oras push` makes them,
 * and the unpack annotation alone tells which, since oras calls plain files tar. Without titles there is exactly one
 * layer, a tar archive, as Flux and Argo CD have it. Throws `ARTIFACT_LAYOUT_INVALID` and the like.
 */
export function planLayers(manifest: ImageManifest, options: LayoutOptions): PlannedLayer[] {
  const {limits, attempt} = options
  const layers = meantLayers(manifest, options)
  requireLimits(layers, limits, attempt)
  requireOwn(layers, attempt)
  const planned = layers.some(hasTitle)
    ? layers.map(layer => planTitled(layer, limits, attempt))
    : [planOnly(layers, manifest.config.mediaType, attempt)]
  requireDigests(planned, attempt)
  requireOwnPaths(planned, attempt)
  return planned
}

function meantLayers({layers: all, config}: ImageManifest, {layer: wanted, attempt}: LayoutOptions): Descriptor[] {
  const layers = (all ?? []).filter(layer => layer.mediaType !== emptyType || hasTitle(layer))
  if (layers.length === 0) {
    const type = oneLine(config.mediaType, 100)
    throw attempt.error('ARTIFACT_LAYOUT_INVALID', `it holds no files, only a config (${type})`)
  }
  if (wanted === null) return layers
  const meant = layers.filter(({mediaType}) => bareType(mediaType) === bareType(wanted))
  if (meant.length === 1) return meant
  const count = meant.length === 0 ? 'no layer' : `${meant.length} layers`
  throw attempt.error('ARTIFACT_LAYOUT_INVALID', `it has ${count} of type ${oneLine(wanted, 150)}: ${list(layers)}`, {
    hint: 'set source.layer to a media type that exactly one layer has',
  })
}

/** Foreign layers lie outside the registry, at URLs that the artifact names. */
function requireOwn(layers: readonly Descriptor[], attempt: Attempt): void {
  const foreign = layers.find(
    ({mediaType, urls}) => (urls ?? []).length > 0 || /\.(?:nondistributable|foreign)\./.test(mediaType),
  )
  if (foreign === undefined) return
  const {digest, mediaType} = foreign
  const named = oneLine(`${digest} (${mediaType})`, 200)
  throw attempt.error('ARTIFACT_UNSUPPORTED_MEDIA_TYPE', `layer ${named} is a foreign layer: it lies elsewhere`, {
    hint: 'what an artifact only points to is not fetched: push the files themselves with `oras push`',
  })
}

function requireLimits(layers: readonly Descriptor[], limits: Limits, attempt: Attempt): void {
  if (layers.length > limits.layers) {
    throw attempt.error('ARTIFACT_LIMIT_EXCEEDED', `it has ${layers.length} layers, and ${limits.layers} are allowed`)
  }
  const size = layers.reduce((sum, layer) => sum + layer.size, 0)
  if (size > limits.compressed) {
    throw attempt.error('ARTIFACT_LIMIT_EXCEEDED', `it has ${size} bytes, and ${limits.compressed} are allowed`)
  }
}

function hasTitle({annotations}: Descriptor): boolean {
  return !!annotations?.[titleAnnotation]
}

function planTitled(layer: Descriptor, limits: Limits, attempt: Attempt): PlannedLayer {
  const {annotations, digest} = layer
  if (!hasTitle(layer)) {
    throw attempt.error('ARTIFACT_LAYOUT_INVALID', `layer ${oneLine(digest, 150)} has no title, but others have`, {
      hint: `give it the annotation ${titleAnnotation}, push without it, or name one media type with source.layer`,
    })
  }
  const title = annotations![titleAnnotation]!
  const kind = annotations![unpackAnnotation] === 'true' ? 'tar' : 'file'
  const {path, problem} = parseEntryName(title, limits)
  const named = `title "${oneLine(title, 200)}" of layer ${oneLine(digest, 150)}`
  if (path === null) throw attempt.error('ARTIFACT_UNSAFE_ENTRY', `${named}: ${problem}`)
  if (path === '' && kind === 'file') throw attempt.error('ARTIFACT_UNSAFE_ENTRY', `${named}: a file needs a name`)
  return {descriptor: layer, kind, path, contentDigest: annotations![contentDigestAnnotation] ?? null}
}

function planOnly(layers: readonly Descriptor[], configType: string, attempt: Attempt): PlannedLayer {
  const [layer] = layers
  if (layer !== undefined && layers.length === 1) {
    const contentDigest = layer.annotations?.[contentDigestAnnotation] ?? null
    return {descriptor: layer, kind: 'tar', path: '', contentDigest}
  }
  if (imageConfigTypes.includes(configType)) {
    throw attempt.error('ARTIFACT_LAYOUT_INVALID', `it is a container image of ${layers.length} layers`, {
      hint: 'push the folder itself, not an image: `oras push REFERENCE ./`',
    })
  }
  throw attempt.error('ARTIFACT_LAYOUT_INVALID', `it has ${layers.length} layers without title: ${list(layers)}`, {
    hint: 'name the media type of the one that holds the files with source.layer, or push with `oras push`',
  })
}

function list(layers: readonly Descriptor[]): string {
  const named = layers.slice(0, 5).map(({digest, mediaType}) => oneLine(`${digest} (${mediaType})`, 200))
  return `${named.join(', ')}${layers.length > 5 ? ', …' : ''}`
}

/** A layer that was to be unpacked is no archive. Flux pushes a file alone like that, and calls the layer static. */
export function noArchive({descriptor}: PlannedLayer, attempt: Attempt): WatchError {
  const what = 'it is no tar archive, nor one in gzip or zstd'
  if (hasTitle(descriptor)) return attempt.error('ARTIFACT_LAYOUT_INVALID', what)
  const type = oneLine(descriptor.mediaType, 100)
  return attempt.error('ARTIFACT_LAYOUT_INVALID', `${what}, but a single file without title (${type})`, {
    hint: type.startsWith('application/vnd.cncf.flux.')
      ? 'push the folder of that file: `flux push artifact --path=FOLDER`'
      : 'push the folder of that file with `oras push`, or as one tar layer',
  })
}

function requireDigests(layers: readonly PlannedLayer[], attempt: Attempt): void {
  const digests = layers.flatMap(({descriptor, contentDigest}) => [descriptor.digest, contentDigest ?? []].flat())
  const unknown = digests.find(digest => parseDigest(digest) === null)
  if (unknown !== undefined) {
    throw attempt.error('ARTIFACT_UNSUPPORTED_DIGEST', `a layer has the digest "${oneLine(unknown, 150)}"`)
  }
}

/** Names that differ only in how they are encoded are the same file to some disks. */
function requireOwnPaths(layers: readonly PlannedLayer[], attempt: Attempt): void {
  const seen = new Set<string>()
  for (const {path} of layers) {
    const key = path.normalize('NFC')
    if (seen.has(key))
      throw attempt.error('ARTIFACT_LAYOUT_INVALID', `two layers have the title "${oneLine(path || '.', 200)}"`)
    seen.add(key)
  }
}

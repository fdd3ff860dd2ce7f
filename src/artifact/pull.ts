import type {Http} from '../http.ts'
import {normaliseTimestamp} from '../model/time.ts'
import type {Secret} from '../secret.ts'
import {attemptOf} from './attempt.ts'
import type {Credentials} from './credentials.ts'
import {fetchBlobs} from './fetch-blobs.ts'
import {planLayers} from './layout.ts'
import {defaultLimits, type Limits} from './limits.ts'
import {oneLine} from '../one-line.ts'
import {parseReference} from './reference.ts'
import {openRegistry} from './registry.ts'
import {resolveArtifact, type ResolvedArtifact} from './resolve.ts'
import {openStaging} from './staging.ts'
import {realTiming, type Timing} from './timing.ts'
import {unpack} from './unpack.ts'

export type PullOptions = {
  /** `oci://HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]` */
  readonly reference: string
  /** Allows a registry without TLS that is not on loopback. */
  readonly plainHttp: boolean
  readonly http: Http
  readonly credentials: Credentials
  /** Gets the tokens that are obtained, for the redactor. */
  readonly onSecret: (secret: Secret) => void
  /** A private folder for this artifact is made in it. */
  readonly tempDir: string
  /** Ends the pull: with a `TimeoutError` as the reason it is `ARTIFACT_TIMEOUT`, else `CANCELLED`. */
  readonly signal: AbortSignal
  readonly limits?: Limits
  /** Default: the clock of this machine. */
  readonly timing?: Timing
  /** Bytes of the layers, as they come; fewer when a broken one begins again. */
  readonly onProgress?: (done: {bytes: number; totalBytes: number}) => void
}

/** An artifact as a folder of this machine. Disposing removes it. */
export type PulledArtifact = AsyncDisposable & {
  /** The reference as given. */
  readonly ref: string
  /** What the tag stood for. */
  readonly digest: string
  /** As its pusher noted it: `org.opencontainers.image.revision`. */
  readonly revision: string | null
  /** RFC 3339, UTC, to the second: `org.opencontainers.image.created`. */
  readonly createdAt: string | null
  /** Absolute. */
  readonly folder: string
  readonly files: number
  /** Of the files, unpacked. */
  readonly bytes: number
}

/**
 * Pulls an artifact: resolves the tag once, fetches every layer by digest, unpacks into a private folder under limits, and
 * gives that its name when it is whole. On an error nothing is left. Throws `ARTIFACT_…`, `CANCELLED`.
 */
export async function pullArtifact(options: PullOptions): Promise<PulledArtifact> {
  const {tempDir, signal, limits = defaultLimits, timing = realTiming, onProgress = () => undefined} = options
  const reference = parseReference(options.reference)
  const registry = openRegistry({...options, reference, timing})
  const pulling = attemptOf(`pulling ${reference.text}`)
  const {digest, manifest, annotations} = await resolveArtifact({registry, reference, limits, attempt: pulling, signal})

  const attempt = reference.digest === null ? attemptOf(`pulling ${reference.text} (${digest})`) : pulling
  const layers = planLayers(manifest, limits, attempt)
  const staging = openStaging(tempDir, attempt)
  try {
    const {fileOf, folder} = staging
    const blobs = layers.map(layer => layer.descriptor)
    await fetchBlobs(blobs, {registry, fileOf, attempt, signal, onProgress})
    const {files, bytes} = await unpack(layers, {fileOf, folder, limits, attempt, signal})
    const finished = staging.finish(digest)
    return {
      ref: reference.text,
      digest,
      ...toOrigins(annotations),
      folder: finished,
      files,
      bytes,
      [Symbol.asyncDispose]: async () => staging.remove(),
    }
  } catch (error) {
    staging.remove()
    throw error
  }
}

function toOrigins(annotations: ResolvedArtifact['annotations']): Pick<PulledArtifact, 'revision' | 'createdAt'> {
  const revision = oneLine(annotations['org.opencontainers.image.revision'] ?? '')
  return {
    revision: revision === '' ? null : revision,
    createdAt: normaliseTimestamp(annotations['org.opencontainers.image.created'] ?? null),
  }
}

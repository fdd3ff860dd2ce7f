import type {Http} from '../http.ts'
import type {ReportWarning} from '../model/report.ts'
import {normaliseTimestamp} from '../model/time.ts'
import type {Secret} from '../secret.ts'
import {askTag} from './ask-tag.ts'
import {attemptOf} from './attempt.ts'
import type {Credentials} from './credentials.ts'
import {fetchBlobs} from './fetch-blobs.ts'
import {planLayers} from './layout.ts'
import {defaultLimits, type Limits} from './limits.ts'
import {oneLine} from '../one-line.ts'
import {toOrigin} from './origin.ts'
import {parseReference, type Reference} from './reference.ts'
import {openRegistry, type Registry} from './registry.ts'
import {resolveArtifact, type ResolvedArtifact} from './resolve.ts'
import {openStaging} from './staging.ts'
import type {Store} from './store.ts'
import {realTiming, type Timing} from './timing.ts'
import {unpack} from './unpack.ts'
import type {Verified, VerifyPolicy} from './verify/verify-artifact.ts'

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
  /** Of an index, the one image manifest of this artifact type; default: an index must leave no choice. */
  readonly artifactType?: string | null
  /** The media type of the only layer that is meant; default: all of them. */
  readonly layer?: string | null
  /** Default: nothing is kept. */
  readonly store?: Store | null
  /** Which signatures it must have; default: none, and it is unverified. */
  readonly verify?: VerifyPolicy | null
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
  /** Where its content comes from: `org.opencontainers.image.source`. */
  readonly url: string | null
  /** The names of the keys whose signature was found valid: empty when it is unverified. */
  readonly verifiedBy: readonly string[]
  /** That it is not signed, where it need not be. */
  readonly warnings: readonly ReportWarning[]
  /** Absolute. */
  readonly folder: string
  readonly files: number
  /** Of the files, unpacked. */
  readonly bytes: number
}

/**
 * Pulls an artifact: resolves the tag once, fetches every layer by digest, unpacks into a private folder under limits, and
 * gives that its name when it is whole. On an error nothing is left. What a store keeps is not fetched: then the registry
 * is asked for the tag only, by HEAD. Throws `ARTIFACT_…`, `CANCELLED`.
 */
export async function pullArtifact(options: PullOptions): Promise<PulledArtifact> {
  const {tempDir, signal, limits = defaultLimits, timing = realTiming, onProgress = () => undefined} = options
  const {artifactType = null, layer = null, store = null} = options
  const reference = parseReference(options.reference)
  const registry = openRegistry({...options, reference, timing})
  const pulling = attemptOf(`pulling ${reference.text}`)
  const digest =
    reference.digest ?? (store && (await askTag({registry, tag: reference.tag!, attempt: pulling, signal})))
  const near = digest === null ? null : (store?.open(digest, registry) ?? null)
  const resolved = await resolveArtifact({
    registry: near?.registry ?? registry,
    name: digest ?? reference.tag!,
    artifactType,
    limits,
    attempt: pulling,
    signal,
  })

  const attempt = reference.digest === null ? attemptOf(`pulling ${reference.text} (${resolved.digest})`) : pulling
  const stored = near ?? store?.open(resolved.digest, registry) ?? null
  const {verifiedDigest, ...verified} = await verifyResolved(resolved, {
    reference,
    registry,
    limits,
    now: timing.now(),
    options,
  })
  const layers = planLayers(resolved.manifest, {layer, limits, attempt})
  const staging = openStaging(tempDir, attempt)
  try {
    const {fileOf, folder} = staging
    const blobs = layers.map(({descriptor}) => descriptor)
    await fetchBlobs(blobs, {registry: stored?.registry ?? registry, fileOf, attempt, signal, onProgress})
    const {files, bytes} = await unpack(layers, {fileOf, folder, limits, attempt, signal})
    stored?.keep({documents: resolved.documents, blobs: blobs.map(blob => blob.digest), fileOf})
    const finished = staging.finish(resolved.digest)
    return {
      ref: reference.text,
      digest: resolved.digest,
      ...toOrigins(annotationsOf(resolved, verifiedDigest)),
      ...verified,
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

type VerifyTools = {reference: Reference; registry: Registry; limits: Limits; now: number; options: PullOptions}

/** Asks the registry each time, also for what a store keeps: keys and signatures change without the artifact. */
async function verifyResolved(
  {digest, manifestDigest, annotations}: ResolvedArtifact,
  {reference, registry, limits, now, options}: VerifyTools,
): Promise<Verified> {
  const {verify: policy = null, plainHttp, signal} = options
  if (policy === null) return {verifiedBy: [], verifiedDigest: null, warnings: []}
  const {verifyArtifact} = await import('./verify/verify-artifact.ts')
  return await verifyArtifact({
    policy,
    digests: [...new Set([digest, manifestDigest])],
    createdAt: toOrigins(annotations).createdAt,
    now,
    registry,
    repositoryUrl: `${toOrigin(reference.host, plainHttp).url}/v2/${reference.repository}`,
    limits,
    what: `verifying ${reference.text}${reference.digest === null ? ` (${digest})` : ''}`,
    signal,
  })
}

/** Of an index that is not signed nothing stands beside the name of a signer: anyone who may push could have made it. */
function annotationsOf(
  {annotations, digest, manifest}: ResolvedArtifact,
  verifiedDigest: string | null,
): ResolvedArtifact['annotations'] {
  return verifiedDigest === null || verifiedDigest === digest ? annotations : (manifest.annotations ?? {})
}

function toOrigins(
  annotations: ResolvedArtifact['annotations'],
): Pick<PulledArtifact, 'revision' | 'createdAt' | 'url'> {
  const noted = (name: string) => oneLine(annotations[`org.opencontainers.image.${name}`] ?? '') || null
  return {
    revision: noted('revision'),
    url: noted('source'),
    createdAt: normaliseTimestamp(annotations['org.opencontainers.image.created'] ?? null),
  }
}

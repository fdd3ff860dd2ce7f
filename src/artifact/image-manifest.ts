import {z} from 'zod'

/** The documents that a registry keeps. https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md */

export const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const

export const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const

/** Distribution answers 404 when the OCI types are missing. */
export const acceptedTypes = [manifestTypes[0], indexTypes[0], manifestTypes[1], indexTypes[1]].join(', ')

/** Says "nothing here": the config of `oras push`, and its only layer when it pushes no file. */
export const emptyType = 'application/vnd.oci.empty.v1+json'

/** OCI 1.1 withdrew it before it was released. */
export const artifactManifestType = 'application/vnd.oci.artifact.manifest.v1+json'

/** The config types of container images. */
export const imageConfigTypes: readonly string[] = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]

const annotations = z.record(z.string(), z.string()).nullish()

const artifactType = z.string().nullish()

const descriptor = z.object({
  mediaType: z.string(),
  digest: z.string(),
  size: z.int().nonnegative(),
  annotations,
  artifactType,
  urls: z.array(z.string()).nullish(),
})

/** Names a blob or manifest by digest, with its size. Its `data`, a copy of the bytes, is not read. */
export type Descriptor = z.infer<typeof descriptor>

export const imageManifest = z.object({
  schemaVersion: z.literal(2),
  config: descriptor,
  layers: z.array(descriptor).nullish(),
  annotations,
  artifactType,
})

export type ImageManifest = z.infer<typeof imageManifest>

/** Several image manifests under one name. */
export const imageIndex = z.object({
  schemaVersion: z.literal(2),
  manifests: z.array(descriptor).nullish(),
  annotations,
  artifactType,
})

/** A media type without its parameters. */
export function bareType(type: string): string {
  return type.split(';', 1)[0]!.trim().toLowerCase()
}

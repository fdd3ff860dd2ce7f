import {gzipSync} from 'node:zlib'

import {digestOf, type FakeRegistry, type StoredDescriptor} from '../support/fake-registry.ts'
import {tar, type TarEntry} from '../support/tar.ts'

export const manifestType = 'application/vnd.oci.image.manifest.v1+json'
export const indexType = 'application/vnd.oci.image.index.v1+json'
export const emptyType = 'application/vnd.oci.empty.v1+json'
const layerType = 'application/vnd.oci.image.layer.v1.tar'

/** An image manifest of these layers, as `oras push` writes it. */
export function imageManifest(layers: readonly StoredDescriptor[], more: Record<string, unknown> = {}) {
  const config = {mediaType: emptyType, digest: digestOf('{}'), size: 2}
  return {schemaVersion: 2, mediaType: manifestType, config, layers, ...more}
}

/** Stores an image manifest under the tag `prod` and gives its descriptor. */
export function addArtifact(
  registry: FakeRegistry,
  layers: readonly StoredDescriptor[],
  more: Record<string, unknown> = {},
): StoredDescriptor {
  return registry.addManifest(imageManifest(layers, more), manifestType, 'prod')
}

/** A file as `oras push` stores it: its media type is a lie. */
export function addFileLayer(registry: FakeRegistry, title: string, content: string | Buffer): StoredDescriptor {
  return registry.addBlob(content, layerType, {'org.opencontainers.image.title': title})
}

/** A folder as `oras push` stores it. */
export function addFolderLayer(registry: FakeRegistry, title: string, entries: readonly TarEntry[]): StoredDescriptor {
  const bytes = tar(entries)
  return registry.addBlob(gzipSync(bytes), `${layerType}+gzip`, {
    'org.opencontainers.image.title': title,
    'io.deis.oras.content.unpack': 'true',
    'io.deis.oras.content.digest': digestOf(bytes),
  })
}

/** One archive, as Flux and hand-made artifacts have it. */
export function addArchive(registry: FakeRegistry, bytes: Buffer): StoredDescriptor {
  return addArtifact(registry, [registry.addBlob(bytes, 'application/vnd.cncf.flux.content.v1.tar+gzip')])
}

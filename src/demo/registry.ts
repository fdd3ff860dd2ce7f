import {hash} from 'node:crypto'

import {startServer, type LocalServer} from './receiver.ts'

/** The files of an artifact: path → text. */
export type ArtifactFiles = Readonly<Record<string, string>>

export type DemoRegistry = LocalServer & {
  /** Moves the tag to these files, as `oras push HOST/REPOSITORY:TAG FILE…` would. */
  push(repository: string, tag: string, files: ArtifactFiles, revision: string): void
}

const layerType = 'application/vnd.oci.image.layer.v1.tar'
const manifestType = 'application/vnd.oci.image.manifest.v1+json'

/** A registry in memory that only serves: https://github.com/opencontainers/distribution-spec, "Pull". */
export async function startRegistry(): Promise<DemoRegistry> {
  const blobs = new Map<string, string>()
  const tags = new Map<string, string>()
  const store = (text: string) => {
    const digest = `sha256:${hash('sha256', text)}`
    blobs.set(digest, text)
    return {digest, size: Buffer.byteLength(text)}
  }
  const server = await startServer(({path}, response) => {
    const [, repository, kind, reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? []
    const digest = tags.get(`${repository}:${reference}`) ?? reference
    const text = blobs.get(digest)
    if (text === undefined) {
      response.writeHead(404, {'content-type': 'application/json'}).end('{"errors":[{"code":"NOT_FOUND"}]}')
      return
    }
    const type = kind === 'manifests' ? manifestType : 'application/octet-stream'
    response.writeHead(200, {'content-type': type, 'docker-content-digest': digest}).end(text)
  })
  return Object.assign(server, {
    push(repository: string, tag: string, files: ArtifactFiles, revision: string) {
      const layers = Object.entries(files).map(([path, text]) => ({
        mediaType: layerType,
        ...store(text),
        annotations: {'org.opencontainers.image.title': path},
      }))
      const config = {mediaType: 'application/vnd.oci.empty.v1+json', ...store('{}')}
      const annotations = {'org.opencontainers.image.revision': revision}
      const artifactType = 'application/vnd.unknown.artifact.v1'
      const manifest = {schemaVersion: 2, mediaType: manifestType, artifactType, config, layers, annotations}
      tags.set(`${repository}:${tag}`, store(JSON.stringify(manifest)).digest)
    },
  })
}

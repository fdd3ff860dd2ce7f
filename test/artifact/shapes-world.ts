import {createHash} from 'node:crypto'
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

import {pullArtifact, type PulledArtifact, type PullOptions} from '../../src/artifact/pull.ts'
import {httpClient} from '../../src/http.ts'
import {startDockerRegistry} from '../support/docker-registry.ts'
import {requireExecutable} from '../support/executables.ts'
import {oras, orasPath} from '../support/oras.ts'
import {nobody} from './pull-world.ts'

export const registryPath = requireExecutable('docker-registry', 'apt-get install docker-registry')
export const canPush = registryPath !== null && orasPath !== null

/** A real registry, and a folder to push from. */
export type ShapesWorld = AsyncDisposable & {
  /** Where what is pushed lies. */
  readonly folder: string
  /** The reference of a tag, as oras wants it. */
  ref(tag: string): string
  write(files: Readonly<Record<string, string | Buffer>>): Promise<void>
  /** Removes what was written. */
  clear(): Promise<void>
  /** `oras push`, with the words behind the reference. */
  push(tag: string, ...words: readonly string[]): Promise<void>
  /** A manifest as it is written here. Its blobs are to be there. */
  pushManifest(tag: string, manifest: Readonly<Record<string, unknown>>): Promise<void>
  /** Stores a blob and gives its descriptor. */
  pushBlob(bytes: string | Buffer, mediaType: string): Promise<{mediaType: string; digest: string; size: number}>
  pull(tag: string, options?: Partial<PullOptions>): Promise<PulledArtifact>
}

export async function openShapesWorld(): Promise<ShapesWorld> {
  const root = await mkdtemp(join(tmpdir(), 'tw-shapes-'))
  const folder = join(root, 'folder')
  const tempDir = join(root, 'temp')
  await mkdir(folder)
  await mkdir(tempDir)
  const registry = await startDockerRegistry(registryPath!)
  const http = httpClient({env: {}})
  const ref = (tag: string) => `${registry.host}/acme/config:${tag}`
  const call = async (...words: readonly string[]) => void (await oras(words, {cwd: folder, env: {HOME: root}}))
  return {
    folder,
    ref,
    async write(files) {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), {recursive: true})
        await writeFile(join(folder, path), content)
      }
    },
    async clear() {
      await rm(folder, {recursive: true})
      await mkdir(folder)
    },
    push: (tag, ...words) => call('push', '--plain-http', ref(tag), ...words),
    async pushManifest(tag, manifest) {
      await writeFile(join(root, 'manifest.json'), JSON.stringify(manifest))
      await call('manifest', 'push', '--plain-http', ref(tag), join(root, 'manifest.json'))
    },
    async pushBlob(bytes, mediaType) {
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
      await writeFile(join(root, 'blob'), bytes)
      await call('blob', 'push', '--plain-http', `${registry.host}/acme/config@${digest}`, join(root, 'blob'))
      return {mediaType, digest, size: Buffer.byteLength(bytes)}
    },
    pull: (tag, options = {}) =>
      pullArtifact({
        reference: `oci://${ref(tag)}`,
        plainHttp: false,
        http,
        credentials: nobody,
        onSecret: () => undefined,
        tempDir,
        signal: new AbortController().signal,
        ...options,
      }),
    async [Symbol.asyncDispose]() {
      await http.close()
      await registry[Symbol.asyncDispose]()
      await rm(root, {recursive: true, force: true})
    },
  }
}

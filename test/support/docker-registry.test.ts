import {mkdtemp, mkdir, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {registryUser, startDockerRegistry} from './docker-registry.ts'
import {requireExecutable} from './executables.ts'
import {oras, orasPath} from './oras.ts'

const registryPath = requireExecutable('docker-registry', 'apt-get install docker-registry')
const {username, password} = registryUser
const basic = {authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`}

describe.skipIf(registryPath === null || orasPath === null)('oras push to docker-registry', () => {
  let folder: string
  let out: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tazuna-watch-oras-'))
    out = await mkdtemp(join(tmpdir(), 'tazuna-watch-oras-out-'))
    await mkdir(join(folder, 'base'))
    await writeFile(join(folder, 'tazuna.yaml'), 'manifests: []\n')
    await writeFile(join(folder, 'base', 'kustomization.yaml'), 'resources: []\n')
  })
  afterEach(async () => {
    await rm(folder, {recursive: true})
    await rm(out, {recursive: true})
  })

  const push = (host: string, ...options: string[]) =>
    oras(['push', '--plain-http', ...options, `${host}/acme/config:prod`, 'tazuna.yaml', 'base'], {cwd: folder})

  it('takes an artifact without a login, and gives it back', async () => {
    await using registry = await startDockerRegistry(registryPath!)
    await push(registry.host)

    const answer = await getManifest(registry.host)
    expect(answer.status).toBe(200)
    const manifest = (await answer.json()) as {layers: {annotations: Record<string, string>}[]}
    expect(manifest.layers.map(layer => layer.annotations['org.opencontainers.image.title'])).toStrictEqual([
      'tazuna.yaml',
      'base',
    ])

    await oras(['pull', '--plain-http', `${registry.host}/acme/config:prod`], {cwd: out})
    expect(await readFile(join(out, 'base', 'kustomization.yaml'), 'utf8')).toBe('resources: []\n')
  })

  it('takes an artifact with user and password only, when it has htpasswd', async () => {
    await using registry = await startDockerRegistry(registryPath!, {auth: 'htpasswd'})
    await expect(push(registry.host)).rejects.toThrow(/basic credential not found|unauthorized/)
    await push(registry.host, '--username', username, '--password', password)

    const anonymous = await getManifest(registry.host)
    expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toStrictEqual([401, 'Basic realm="test"'])
    expect((await getManifest(registry.host, basic)).status).toBe(200)
  })

  it('ends its server when it is disposed', async () => {
    const registry = await startDockerRegistry(registryPath!)
    await registry[Symbol.asyncDispose]()
    await expect(getManifest(registry.host)).rejects.toThrow('fetch failed')
  })
})

function getManifest(host: string, headers: Record<string, string> = {}): Promise<Response> {
  const accept = 'application/vnd.oci.image.manifest.v1+json'
  return fetch(`http://${host}/v2/acme/config/manifests/prod`, {headers: {accept, ...headers}})
}

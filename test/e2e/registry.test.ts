import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {afterAll, beforeAll, describe, expect, it} from 'vitest'

import {reportOf} from '../support/cli.ts'
import {registryUser, startDockerRegistry, type DockerRegistry} from '../support/docker-registry.ts'
import {requireExecutable} from '../support/executables.ts'
import {oras, orasPath} from '../support/oras.ts'
import {startPushgateway, type GatewayGroup, type Pushgateway} from '../support/pushgateway.ts'
import {configMap, deployment, writeApplied, writeSource} from '../support/tazuna-yaml.ts'
import {world, type World} from '../support/world.ts'

const registryPath = requireExecutable('docker-registry', 'apt-get install docker-registry')
const gatewayPath = requireExecutable('prometheus-pushgateway', 'apt-get install prometheus-pushgateway')
const fluxLayout = fileURLToPath(new URL('../fixtures/oci/flux', import.meta.url))

const {username, password} = registryUser
const revision = 'prod@sha1:4f1c2d3e8f6a7b5c4d3e2f1a0b9c8d7e6f5a4b3c'
const createdAt = '2026-11-20T08:00:00Z'

/** The same as `world()` renders, but applied as it is. */
const inSync = {web: [deployment('web', 'nginx', 3), configMap('web', 'new')], api: [deployment('api', 'api')]}

describe.skipIf(registryPath === null || orasPath === null || gatewayPath === null)('run with real servers', () => {
  let open: DockerRegistry
  let closed: DockerRegistry
  let gateway: Pushgateway
  beforeAll(async () => {
    open = await startDockerRegistry(registryPath!)
    closed = await startDockerRegistry(registryPath!, {auth: 'htpasswd'})
    gateway = await startPushgateway(gatewayPath!)
  })
  afterAll(async () => {
    await open[Symbol.asyncDispose]()
    await closed[Symbol.asyncDispose]()
    await gateway[Symbol.asyncDispose]()
  })

  /** Pushes from a folder of the world; gives the digest that oras tells. */
  async function push(w: World, folder: string, reference: string, ...words: string[]): Promise<string> {
    const annotations = {revision, created: createdAt}
    const options = Object.entries(annotations).flatMap(([key, value]) => [
      '--annotation',
      `org.opencontainers.image.${key}=${value}`,
    ])
    const login = reference.startsWith(closed.host) ? ['--username', username, '--password', password] : []
    const printed = await oras(
      ['push', '--plain-http', '--format', 'go-template={{.digest}}', ...login, ...options, reference, ...words],
      {cwd: join(w.dir.path, folder), env: {HOME: w.dir.path}},
    )
    return printed.trim()
  }

  async function runOf(w: World, reference: string, cluster: string, env: Record<string, string> = {}) {
    const args = ['--format', 'json', '--source', `oci://${reference}`, '--cluster', cluster]
    const result = await w.run(args, {env: {PUSHGATEWAY_URL: gateway.url, ...env}})
    return {...result, report: reportOf(result)}
  }

  /** What the gateway has of a cluster. */
  async function groupOf(cluster: string): Promise<GatewayGroup | undefined> {
    return (await gateway.metrics()).find(({labels}) => labels['cluster'] === cluster)
  }

  it.each<[string, () => DockerRegistry, string, string[]]>([
    ['files and folders of a registry for all', () => open, 'files', ['tazuna.yaml', 'web', 'api']],
    ['files and folders of a registry with a login', () => closed, 'files', ['tazuna.yaml', 'web', 'api']],
    ['one folder of a registry for all', () => open, 'dot', ['./']],
    ['one folder of a registry with a login', () => closed, 'dot', ['./']],
  ])('reads %s, and tells and pushes what differs', async (title, registryOf, name, words) => {
    await using w = await world()
    const registry = registryOf()
    const reference = `${registry.host}/acme/${name}:prod`
    const digest = await push(w, 'source', reference, ...words)
    const auth = Buffer.from(`${username}:${password}`).toString('base64')
    await w.dir.write('docker/config.json', JSON.stringify({auths: {[closed.host]: {auth}}}))

    const {exitCode, stderr, report} = await runOf(w, reference, title, {DOCKER_CONFIG: 'docker'})
    expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''})
    expect(report).toMatchObject({
      outcome: 'drift',
      cluster: title,
      source: {kind: 'oci', ref: `oci://${reference}`, digest, revision, createdAt, verifiedBy: []},
      summary: {coverage: {expected: 2, checked: 2}, entries: {added: 1, modified: 1, removed: 1}},
      notifications: [
        {delivery: 'delivered', attempts: 1},
        {delivery: 'delivered', attempts: 1},
      ],
    })

    expect(w.webhook.calls).toHaveLength(1)
    const {body} = w.webhook.calls[0]!
    expect((JSON.parse(body) as {text: string}).text).toBe(
      `\`${title}\` drift in 1 Manifest · 1 removed, 1 modified, 1 added`,
    )
    expect(body).toContain(digest.slice(0, 'sha256:'.length + 12))
    expect(body).toContain('prod@sha1:4f1c2d3e8f6a')

    const group = await groupOf(title)
    expect(group).toMatchObject({labels: {job: 'tazuna-watch', cluster: title}, lastPushSuccessful: true})
    expect(valuesOf(group, 'tazuna_watch_manifest_drift', 'manifest')).toEqual({web: 1, api: 0})
    expect(valuesOf(group, 'tazuna_watch_run_outcome', 'outcome')).toEqual({
      clean: 0,
      drift: 1,
      failed: 0,
      incomplete: 0,
    })
    expect(group?.families['tazuna_watch_source_info']?.[0]?.labels).toMatchObject({
      ref: `oci://${reference}`,
      digest,
      revision,
    })
  })

  it('reads an artifact of the shape that Flux pushes', async () => {
    await using w = await world({applied: {}})
    const reference = `${open.host}/acme/flux:prod`
    await oras(['cp', '--from-oci-layout', `${fluxLayout}:prod`, '--to-plain-http', reference], {cwd: w.dir.path})
    const {exitCode, report} = await runOf(w, reference, 'flux')
    expect(exitCode).toBe(0)
    expect(report).toMatchObject({
      outcome: 'drift',
      source: {
        digest: 'sha256:06e87d1710fecf8d020ca1f778f8fdd279dac457c1181592b62c6adb0fef5414',
        revision,
        createdAt: '2026-11-01T00:00:00Z',
      },
      summary: {entries: {added: 3, modified: 0, removed: 0}},
    })
    expect(report.entries.map(({stateKey}) => stateKey)).toEqual([
      'ingress-nginx//v1/Namespace/ingress-nginx',
      'ingress-nginx/apps/v1/Deployment/ingress-nginx/controller',
      'web//v1/ConfigMap/web/nginx-conf',
    ])
    expect(w.webhook.calls).toHaveLength(1)
    expect(valuesOf(await groupOf('flux'), 'tazuna_watch_manifest_drift', 'manifest')).toEqual({
      'ingress-nginx': 1,
      web: 1,
    })
  })

  it('compares what the tag names now, and what a digest names for ever', async () => {
    await using w = await world()
    const reference = `${open.host}/acme/moving:prod`
    const first = await push(w, 'source', reference, './')
    const drifted = await runOf(w, reference, 'moving')
    await writeApplied(w.tazuna.stateDir, inSync)
    await writeSource(join(w.dir.path, 'other'), {...inSync, more: []})
    const second = await push(w, 'other', reference, './')
    const clean = await runOf(w, reference, 'moving')
    expect(second).not.toBe(first)
    expect([drifted, clean].map(({report}) => [report.outcome, report.source?.digest])).toEqual([
      ['drift', first],
      ['clean', second],
    ])
    expect(w.webhook.calls).toHaveLength(1)
    expect(valuesOf(await groupOf('moving'), 'tazuna_watch_manifest_drift', 'manifest')).toEqual({
      web: 0,
      api: 0,
      more: 0,
    })

    const pinned = await runOf(w, `${reference}@${first}`, 'moving')
    expect(pinned.report).toMatchObject({outcome: 'clean', source: {digest: first}, summary: {coverage: {expected: 2}}})
  })

  it('runs in a folder of the artifact', async () => {
    await using w = await world()
    await writeSource(join(w.dir.path, 'all', 'clusters', 'prod'), {web: [configMap('web', 'a')]})
    const reference = `${open.host}/acme/subpath:prod`
    await push(w, 'all', reference, './')
    await w.dir.write('tazuna-watch.yaml', 'apiVersion: tazuna-watch/v1\nsource: {subpath: clusters/prod}\n')
    const {exitCode, report} = await runOf(w, reference, 'subpath')
    expect(exitCode).toBe(0)
    expect(report.manifests.map(({name}) => name)).toEqual(['web'])
    expect((await w.tazuna.calls()).map(({cwd}) => cwd)).toEqual(
      Array.from({length: 3}, () => expect.stringMatching(/\/clusters\/prod$/) as string),
    )
  })

  it.each([
    ['no login', null, 'ARTIFACT_AUTH_REQUIRED'],
    ['a wrong login', `${username}:wrong`, 'ARTIFACT_AUTH_FAILED'],
  ])('ends with 66 with %s where one is needed', async (_title, login, code) => {
    await using w = await world()
    const auths = login === null ? {} : {[closed.host]: {auth: Buffer.from(login).toString('base64')}}
    await w.dir.write('docker/config.json', JSON.stringify({auths}))
    const {exitCode, report} = await runOf(w, `${closed.host}/acme/files:prod`, code, {DOCKER_CONFIG: 'docker'})
    expect({exitCode, code: report.error?.code}).toEqual({exitCode: 66, code})
  })

  it('leaves the gauges of Manifests in the gateway when the next run fails', async () => {
    await using w = await world()
    const reference = `${open.host}/acme/lost:prod`
    await push(w, 'source', reference, './')
    await runOf(w, reference, 'lost')
    const failed = await runOf(w, `${reference}-gone`, 'lost')
    expect(failed).toMatchObject({exitCode: 66, report: {error: {code: 'ARTIFACT_NOT_FOUND'}}})
    const group = await groupOf('lost')
    expect(valuesOf(group, 'tazuna_watch_manifest_drift', 'manifest')).toEqual({web: 1, api: 0})
    expect(valuesOf(group, 'tazuna_watch_run_outcome', 'outcome')).toMatchObject({drift: 0, failed: 1})
    expect(w.webhook.calls).toHaveLength(2)
  })
})

/** The samples of a family by one of their labels. */
function valuesOf(group: GatewayGroup | undefined, family: string, label: string): Record<string, number> {
  return Object.fromEntries((group?.families[family] ?? []).map(({labels, value}) => [labels[label] ?? '', value]))
}

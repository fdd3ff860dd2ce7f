import {execFile} from 'node:child_process'
import {mkdir, readFile, symlink} from 'node:fs/promises'
import {delimiter, dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {describe, expect, it} from 'vitest'

import {withTables} from '../scripts/readme.ts'
import {exitCodes, foremostExitCode, type ExitCode} from '../src/model/exit-code.ts'
import {addArtifact, addFileLayer} from './artifact/artifact-builder.ts'
import {bundle} from './support/cli.ts'
import {startFakeRegistry, type FakeRegistry} from './support/fake-registry.ts'
import {world, type World} from './support/world.ts'

const root = (path: string) => new URL(`../${path}`, import.meta.url)
const readme = await readFile(root('README.md'), 'utf8')
const commands = [...readme.matchAll(/^ *```sh\n(.*?)^ *```/gms)].flatMap(([, block = '']) =>
  block
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== ''),
)
const config = /```yaml\n(.*?)```/s.exec(readme)?.[1] ?? ''

type ReadmeWorld = World & {
  /** The README's text with our receivers for the hosts in it. */
  readonly toOurs: (text: string) => string
}

/** A world in which the README works: its folder holds the config, a source and what the config names. */
async function readmeWorld(registry: FakeRegistry): Promise<ReadmeWorld> {
  addArtifact(registry, [addFileLayer(registry, 'tazuna.yaml', 'manifests: []\n')])
  const w = await world()
  const toOurs = (text: string) =>
    text
      .replace('ghcr.io/acme/tazuna-config', `${registry.host}/acme/config`)
      .replace(/http:\/\/pushgateway[^"]*/, w.gateway.url)
  await w.dir.write('tazuna-watch.yaml', toOurs(config.replace(/oci: "[^"]*"/, 'path: source')))
  await symlink(join(w.dir.path, 'source'), join(w.dir.path, 'cluster'))
  await mkdir(join(w.dir.path, 'bin'))
  await symlink(bundle, join(w.dir.path, 'bin', 'tazuna-watch'))
  return {...w, toOurs}
}

/** In a shell that finds our bundle as `tazuna-watch`. */
function bash(command: string, {dir, env}: World): Promise<{exitCode: number | null; stderr: string}> {
  const {TAZUNA_WATCH_CLUSTER: _cluster, TAZUNA_WATCH_SOURCE: _source, ...own} = env
  const path = [join(dir.path, 'bin'), dirname(process.execPath), process.env['PATH']].join(delimiter)
  return new Promise(resolve => {
    const child = execFile(
      'bash',
      ['-c', command],
      {cwd: dir.path, env: {...own, PATH: path}},
      (_error, _out, stderr) => resolve({exitCode: child.exitCode, stderr}),
    )
  })
}

describe('the README', () => {
  it('has the exit codes and the config keys of the code: run `npm run generate`', () => {
    expect(withTables(readme)).toBe(readme)
  })

  it('says which of several exit codes wins', () => {
    const [, text = ''] = /the first of ([\d, ]+) wins/.exec(readme) ?? []
    const order = text.split(', ').map(Number) as ExitCode[]
    expect(order.toSorted((a, b) => a - b)).toEqual(exitCodes.map(({code}) => code).filter(code => code !== 0))
    for (const [index, code] of order.entries()) expect(foremostExitCode(order.slice(index).toReversed())).toBe(code)
  })

  it('has commands for a fresh machine that CI runs', async () => {
    const ci = await readFile(root('.ci/run'), 'utf8')
    expect(commands.slice(0, 2)).toEqual(['npm ci && npm run demo', 'npm test'])
    for (const command of ['npm ci', 'npm run demo', 'npm run check']) expect(ci).toContain(`  ${command}\n`)
    const {scripts} = JSON.parse(await readFile(root('package.json'), 'utf8')) as {scripts: Record<string, string>}
    expect(scripts['check']).toContain('npm test')
  })

  it('has only commands that this test or CI runs', () => {
    expect(commands.slice(2)).toEqual([
      'tazuna-watch config check',
      'tazuna-watch --dry-run',
      'tazuna-watch',
      'tazuna-watch --source ./cluster --cluster prod-tokyo --format json --output report.json',
      'tazuna-watch notify test --dry-run --manifest web-shop --diff-type added',
      'tazuna-watch notify test',
      'tazuna-watch pull oci://ghcr.io/acme/tazuna-config:prod --output ./pulled',
      'tazuna-watch metrics delete',
      'source <(tazuna-watch completion bash)',
      'tazuna-watch config show',
    ])
  })

  it.each(commands.slice(2))('shows a command that works: %s', async command => {
    await using registry = await startFakeRegistry()
    await using w = await readmeWorld(registry)
    const {exitCode, stderr} = await bash(w.toOurs(command), w)
    expect({exitCode, stderr: stderr.replaceAll(/^warning: .*\n/gm, '')}).toEqual({exitCode: 0, stderr: ''})
  })

  it('links only to files that are there', async () => {
    const links = [...readme.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, path]) => path!)
    expect(links.length).toBeGreaterThan(8)
    for (const path of links) await expect(readFile(fileURLToPath(root(path))), path).resolves.toBeDefined()
  })
})

import {readFile, symlink} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {describe, expect, it} from 'vitest'

import {withTables} from '../scripts/readme.ts'
import {cli} from './support/cli.ts'
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

/** A world in which the README's config works: its folder holds the config, a source and what the config names. */
async function readmeWorld(): Promise<World> {
  const w = await world()
  const own = config.replace(/oci: "[^"]*"/, 'path: source').replace(/http:\/\/pushgateway[^"]*/, w.gateway.url)
  await w.dir.write('tazuna-watch.yaml', own)
  await symlink(join(w.dir.path, 'source'), join(w.dir.path, 'cluster'))
  return w
}

describe('the README', () => {
  it('has the exit codes of the code: run `npm run generate`', () => {
    expect(withTables(readme)).toBe(readme)
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
    ])
  })

  it.each(commands.slice(2))('shows a command that works: %s', async command => {
    await using w = await readmeWorld()
    const {TAZUNA_WATCH_CLUSTER: _cluster, TAZUNA_WATCH_SOURCE: _source, ...env} = w.env
    const {exitCode, stderr} = await cli(command.split(' ').slice(1), {cwd: w.dir.path, env})
    expect({exitCode, stderr: stderr.replaceAll(/^warning: .*\n/gm, '')}).toEqual({exitCode: 0, stderr: ''})
  })

  it('links only to files that are there', async () => {
    const links = [...readme.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, path]) => path!)
    expect(links.length).toBeGreaterThan(8)
    for (const path of links) await expect(readFile(fileURLToPath(root(path))), path).resolves.toBeDefined()
  })
})

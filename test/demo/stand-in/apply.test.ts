import {readdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'

import {contentHash} from '../../../src/demo/stand-in/content-hash.ts'
import {noChanges} from '../../../src/demo/stand-in/print.ts'
import {clusterRole, configMap, deployment, onePasswordSecret, writeSource} from '../../support/tazuna-yaml.ts'
import {tempDir, type TempDir} from '../../support/temp-dir.ts'
import {run} from './run-in-process.ts'

describe('the helper command apply', () => {
  it('records what is rendered, when and at which commit', async () => {
    await using dir = await tempDir()
    await writeSource(dir.path, [
      ['web', [deployment('web', 'nginx'), clusterRole('a:b')]],
      ['', [configMap('n', 'unnamed')]],
    ])
    expect(await apply(dir, [], {now: '2026-11-01T00:00:00Z', commit: 'abc'})).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    })
    expect(await readdir(join(dir.path, 'state'))).toEqual(['web.json'])
    expect(JSON.parse(await readFile(join(dir.path, 'state/web.json'), 'utf8'))).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {name: 'tazuna-state-web', namespace: 'tazuna'},
      data: {
        _metadata: '{"gitCommitHash":"abc","lastSyncedAt":"2026-11-01T00:00:00Z"}',
        web__apps__v1__Deployment__web__nginx: `{"contentHash":"${contentHash(deployment('web', 'nginx'))}"}`,
        'web__rbac.authorization.k8s.io__v1__ClusterRole__a_x3ab': `{"contentHash":"${contentHash(clusterRole('a:b'))}"}`,
      },
    })
    expect((await diff(dir)).stdout).toBe(noChanges)
  })

  it('takes the clock without the knob now, and leaves the commit out', async () => {
    await using dir = await tempDir()
    await writeSource(dir.path, {web: [configMap('n', 'a')]})
    await apply(dir)
    const {data} = JSON.parse(await readFile(join(dir.path, 'state/web.json'), 'utf8')) as {
      data: Record<string, string>
    }
    expect(data['_metadata']).toBe('{"gitCommitHash":"","lastSyncedAt":"2026-11-20T09:00:00Z"}')
  })

  it('forgets what is no longer rendered, so that no removed row shows what is left behind', async () => {
    await using dir = await tempDir()
    await writeSource(dir.path, {web: [configMap('n', 'a'), configMap('n', 'b')]})
    await apply(dir)
    await writeSource(dir.path, {web: [configMap('n', 'a', {x: 'y'})]})
    expect((await diff(dir)).stdout).toContain('removed')
    await apply(dir)
    expect((await diff(dir)).stdout).toBe(noChanges)
  })

  it('keeps it with --sync, until --prune', async () => {
    await using dir = await tempDir()
    await writeSource(dir.path, {web: [configMap('n', 'a'), configMap('n', 'b')]})
    await apply(dir)
    await writeSource(dir.path, {web: [configMap('n', 'a', {x: 'y'}), configMap('n', 'c')]})
    await apply(dir, ['--sync'])
    const {stdout} = await diff(dir)
    expect(stdout.split('\n').slice(2)).toEqual([
      `  removed        /v1/ConfigMap/n/b                                            (was: ${contentHash(configMap('n', 'b'))})`,
      '',
      '',
    ])
    await apply(dir, ['--sync', '--prune'])
    expect((await diff(dir)).stdout).toBe(noChanges)
  })

  it('writes nothing with --sync when nothing differs', async () => {
    await using dir = await tempDir()
    await writeSource(dir.path, {web: [configMap('n', 'a')]})
    await apply(dir, [], {now: '2026-11-01T00:00:00Z'})
    await apply(dir, ['--sync'], {now: '2026-11-02T00:00:00Z'})
    expect(await readFile(join(dir.path, 'state/web.json'), 'utf8')).toContain('2026-11-01')
  })

  it('has a 1Password client, so that state list shows what state diff panics on', async () => {
    await using dir = await tempDir()
    await writeSource(dir.path, {creds: onePasswordSecret('default', 'creds')})
    expect((await apply(dir)).code).toBe(0)
    expect((await diff(dir)).code).toBe(2)
    const listed = await run(['state', 'list', '-f', join(dir.path, 'tazuna.yaml')], {state: join(dir.path, 'state')})
    expect(listed.stdout).toContain('  /v1/Secret/default/creds ')
  })

  it.each([
    [['--prune'], {}, 'prune requires sync mode'],
    [[], {state: ''}, 'the stand-in applies to a folder of State only: set its knob'],
  ])('refuses %j with %j', async (flags, knobs, message) => {
    await using dir = await tempDir()
    await writeSource(dir.path, {})
    expect(await apply(dir, flags, knobs)).toEqual({code: 1, stdout: '', stderr: `error: ${message}\n`})
  })
})

function apply(dir: TempDir, flags: readonly string[] = [], knobs = {}) {
  return run(['apply', ...flags, '-f', join(dir.path, 'tazuna.yaml')], {state: join(dir.path, 'state'), ...knobs})
}

function diff(dir: TempDir) {
  return run(['state', 'diff', '-f', join(dir.path, 'tazuna.yaml')], {state: join(dir.path, 'state')})
}

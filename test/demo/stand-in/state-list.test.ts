import {join} from 'node:path'
import {describe, expect, it} from 'vitest'

import {contentHash} from '../../../src/demo/stand-in/content-hash.ts'
import {
  clusterRole,
  configMap,
  defaultApplied,
  onePasswordSecret,
  writeApplied,
  writeSource,
} from '../../support/tazuna-yaml.ts'
import {tempDir} from '../../support/temp-dir.ts'
import {run} from './run-in-process.ts'

describe('state list', () => {
  it('prints a block for every named Manifest, with what is recorded and not what is rendered', async () => {
    await using dir = await tempDir()
    const file = await writeSource(dir.path, [
      ['web', [configMap('web', 'rendered')]],
      ['creds', onePasswordSecret('default', 'creds')],
      ['', [configMap('a', 'a')]],
      ['chart', {type: 'helmfile', path: 'nope'}],
      ['many', {type: 'parallel'}],
    ])
    await writeApplied(dir.path, {web: [clusterRole('system:reader'), configMap('web', 'conf')]})
    await writeApplied(dir.path, {creds: [configMap('n', 'n')]}, {...defaultApplied, gitCommitHash: ''})
    await writeApplied(dir.path, {chart: []})
    expect(await run(['state', 'list', '-f', file], {state: dir.path})).toEqual({
      code: 0,
      stdout: `Manifest: web
  Last synced: 2026-11-19T22:01:00Z
  Git commit: 4f1c2d3e8f6a7b5c4d3e2f1a0b9c8d7e6f5a4b3c
  RESOURCE                                                     HASH
  /v1/ConfigMap/web/conf                                       ${contentHash(configMap('web', 'conf'))}
  rbac.authorization.k8s.io/v1/ClusterRole/system:reader       ${contentHash(clusterRole('system:reader'))}

Manifest: creds
  Last synced: 2026-11-19T22:01:00Z
  RESOURCE                                                     HASH
  /v1/ConfigMap/n/n                                            ${contentHash(configMap('n', 'n'))}

Manifest: chart
  No state found

Manifest: many
  No state found

`,
      stderr:
        'time=2026-11-20T09:00:00.000Z level=WARN msg="manifest has no name, skipping state list" index=2 type=kustomize\n',
    })
  })

  it('prints nothing when no Manifest has a name', async () => {
    await using dir = await tempDir()
    const file = await writeSource(dir.path, {})
    expect(await run(['state', 'list', '-f', file], {state: dir.path})).toEqual({code: 0, stdout: '', stderr: ''})
  })

  it('prints a key that it cannot parse raw, with a WARN that skips nothing', async () => {
    await using dir = await tempDir()
    const file = await writeSource(dir.path, {web: []})
    await dir.write('web.json', JSON.stringify({data: {web__broken: '{"contentHash":"abc"}'}}))
    expect(await run(['state', 'list', '-f', file], {state: dir.path})).toEqual({
      code: 0,
      stdout: `Manifest: web\n  ${'RESOURCE'.padEnd(60)} HASH\n  ${'web/broken'.padEnd(60)} abc\n\n`,
      stderr:
        'time=2026-11-20T09:00:00.000Z level=WARN msg="failed to parse state key" key=web/broken ' +
        String.raw`error="invalid state key format: \"web/broken\" (expected 5 or 6 parts separated by '/')"` +
        '\n',
    })
  })

  it('keeps the blocks before a corrupt State', async () => {
    await using dir = await tempDir()
    const file = await writeSource(dir.path, {web: [], api: []})
    await dir.write('api.json', JSON.stringify({data: {_metadata: '"x"'}}))
    expect(await run(['state', 'list', '-f', file], {state: dir.path})).toEqual({
      code: 1,
      stdout: 'Manifest: web\n  No state found\n\n',
      stderr:
        'error: failed to get state for manifest "api": failed to parse state metadata: json: cannot unmarshal string into Go value of type state.StateEntry\n',
    })
  })

  it('does not set up providers, unlike state diff', async () => {
    await using dir = await tempDir()
    const file = await writeSource(dir.path, {web: []}, {providers: [{name: 'x', type: 'vault'}]})
    expect((await run(['state', 'list', '-f', file], {state: join(dir.path, 'none')})).code).toBe(0)
    expect((await run(['state', 'diff', '-f', file], {state: join(dir.path, 'none')})).code).toBe(1)
  })
})

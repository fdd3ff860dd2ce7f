import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'

import {contentHash} from '../../../src/demo/stand-in/content-hash.ts'
import {noChanges} from '../../../src/demo/stand-in/print.ts'
import {
  clusterRole,
  configMap,
  deployment,
  secret,
  writeApplied,
  writeKustomize,
  writeSource,
} from '../../support/tazuna-yaml.ts'
import {tempDir} from '../../support/temp-dir.ts'
import {diff, rerun, rows} from './diff-of-source.ts'
import {run} from './run-in-process.ts'

const diffColumns = '  STATUS         RESOURCE                                                     HASH\n'

describe('state diff', () => {
  it('says that nothing changed when everything rendered is recorded', async () => {
    await using dir = await tempDir()
    const web = [deployment('web', 'nginx'), configMap('web', 'conf'), clusterRole('reader')]
    expect(await diff(dir, {web}, {web})).toEqual({code: 0, stdout: noChanges, stderr: ''})
  })

  it('prints a block for each Manifest that differs, in the order of tazuna.yaml', async () => {
    await using dir = await tempDir()
    const printed = await diff(
      dir,
      {
        web: [deployment('web', 'nginx', 3), configMap('web', 'new'), clusterRole('reader')],
        same: [configMap('same', 'same')],
        api: [secret('api', 'key')],
      },
      {
        web: [deployment('web', 'nginx', 2), configMap('web', 'gone'), clusterRole('reader')],
        same: [configMap('same', 'same')],
      },
    )
    expect(printed).toEqual({
      code: 0,
      stdout: [
        'Manifest: web\n',
        diffColumns,
        `  added          /v1/ConfigMap/web/new                                        ${contentHash(configMap('web', 'new'))}\n`,
        `  modified       apps/v1/Deployment/web/nginx                                 ${contentHash(deployment('web', 'nginx', 3))}\n`,
        `  removed        /v1/ConfigMap/web/gone                                       (was: ${contentHash(configMap('web', 'gone'))})\n`,
        '\nManifest: api\n',
        diffColumns,
        `  added          /v1/Secret/api/key                                           ${contentHash(secret('api', 'key'))}\n`,
        '\n',
      ].join(''),
      stderr: '',
    })
  })

  it('skips an unnamed Manifest with a WARN that gives its index after includes', async () => {
    await using dir = await tempDir()
    const printed = await diff(dir, [
      ['', [configMap('a', 'a')]],
      ['', {}],
    ])
    expect(printed).toEqual({
      code: 0,
      stdout: noChanges,
      stderr:
        'time=2026-11-20T09:00:00.000Z level=WARN msg="manifest has no name, skipping state diff" index=0 type=kustomize\n' +
        'time=2026-11-20T09:00:00.000Z level=WARN msg="manifest has no name, skipping state diff" index=1 type=""\n',
    })
    const quiet = await run(['state', 'diff', '-l', 'error', '-f', join(dir.path, 'tazuna.yaml')], {state: dir.path})
    expect(quiet).toEqual({code: 0, stdout: noChanges, stderr: ''})
  })

  it('prints two blocks for two Manifests of one name, each calling the resources of the other removed', async () => {
    await using dir = await tempDir()
    const printed = await diff(
      dir,
      [
        ['web', [configMap('web', 'a')]],
        ['web', [configMap('web', 'b')]],
      ],
      {web: [configMap('web', 'b')]},
    )
    expect(rows(printed)).toEqual(['Manifest: web', 'added /v1/ConfigMap/web/a', 'removed /v1/ConfigMap/web/b'])
    await writeApplied(join(dir.path, 'state'), {web: [configMap('web', 'a'), configMap('web', 'b')]})
    expect(rows(await rerun(dir))).toEqual([
      'Manifest: web',
      'removed /v1/ConfigMap/web/b',
      'Manifest: web',
      'removed /v1/ConfigMap/web/a',
    ])
  })

  it('gives four parts without namespace, and the default namespace also to cluster-scoped objects', async () => {
    await using dir = await tempDir()
    await writeKustomize(join(dir.path, 'folder'), [clusterRole('reader'), {...configMap('own', 'conf')}])
    const printed = await diff(dir, {
      plain: [clusterRole('reader')],
      filled: {type: 'kustomize', path: './folder/', kustomize: {defaultNamespace: 'filled'}},
    })
    expect(rows(printed)).toEqual([
      'Manifest: plain',
      'added rbac.authorization.k8s.io/v1/ClusterRole/reader',
      'Manifest: filled',
      'added /v1/ConfigMap/own/conf',
      'added rbac.authorization.k8s.io/v1/ClusterRole/filled/reader',
    ])
  })

  it('reads YAML of several documents, expands lists, drops what has no kind, and takes the last of two of one key', async () => {
    await using dir = await tempDir()
    await dir.write('yaml/kustomization.yaml', 'resources:\n- a.yaml\n- ./base\n')
    await dir.write('yaml/base/kustomization.yml', 'kind: Kustomization\nresources: [b.yaml]\n')
    await dir.write('yaml/base/b.yaml', '{apiVersion: v1, kind: Namespace, metadata: {name: base}}\n')
    await dir.write(
      'yaml/a.yaml',
      `# a comment
apiVersion: v1
kind: ConfigMap
metadata: {name: words, namespace: y}
data: {yes: yes, on: on, date: 2026-01-02, octal: 0644, block: "---"}
---
---
note: no kind
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Secret, metadata: {name: listed}, stringData: {a: first}}
- {apiVersion: v1, kind: Secret, metadata: {name: listed}, stringData: {a: last}}
`,
    )
    const words = {yes: 'yes', on: 'on', date: '2026-01-02', octal: 420, block: '---'}
    const listed = {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'listed'}, stringData: {a: 'last'}}
    const state = {
      y: [
        {...configMap('y', 'words'), data: words},
        listed,
        {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'base'}},
      ],
    }
    const printed = await diff(dir, {y: {type: 'kustomize', path: 'yaml'}}, state)
    expect(printed).toEqual({code: 0, stdout: noChanges, stderr: ''})
  })

  it('replaces an including entry by the Manifests of its files, whose paths start at tazuna.yaml', async () => {
    await using dir = await tempDir()
    await writeKustomize(join(dir.path, 'one'), [configMap('n', 'one')])
    await dir.write(
      'teams/a.yaml',
      'spec:\n  manifests:\n  - {name: "one-{{ .Environment }}", type: kustomize, path: one}\n  - {type: kustomize, path: one}\n',
    )
    await dir.write('b.yaml', 'spec: {manifests: [{name: two, type: kustomize, path: one}]}\n')
    await writeSource(dir.path, {
      ignored: {includes: [{path: 'teams/a.yaml'}, {path: './b.yaml'}], type: 'nonsense'},
      last: [configMap('n', 'last')],
    })
    const printed = await rerun(dir, ['-e', 'prod'])
    expect(rows(printed)).toEqual([
      'Manifest: one-prod',
      'added /v1/ConfigMap/n/one',
      'Manifest: two',
      'added /v1/ConfigMap/n/one',
      'Manifest: last',
      'added /v1/ConfigMap/n/last',
    ])
    expect(printed.stderr).toContain('skipping state diff" index=1 type=kustomize\n')
  })

  it('takes an unquoted yes in tazuna.yaml for a boolean, as sigs.k8s.io/yaml does', async () => {
    await using dir = await tempDir()
    await dir.write(
      'tazuna.yaml',
      'spec: {manifests: [{name: yes, type: kustomize, path: x}, {name: 1.50, type: x}]}\n',
    )
    await writeKustomize(join(dir.path, 'x'), [configMap('n', 'x')])
    const printed = await rerun(dir)
    expect(rows(printed)).toEqual(['Manifest: true', 'added /v1/ConfigMap/n/x'])
    expect(printed.stderr).toBe('error: manager x not found\n')
  })

  it('shows everything as added when there is no State', async () => {
    await using dir = await tempDir()
    expect(rows(await diff(dir, {web: [deployment('web', 'nginx')]}))).toEqual([
      'Manifest: web',
      'added apps/v1/Deployment/web/nginx',
    ])
  })

  it('prints No changes detected. for an empty list, and for an empty file', async () => {
    await using dir = await tempDir()
    expect(await diff(dir, {})).toEqual({code: 0, stdout: noChanges, stderr: ''})
    await dir.write('tazuna.yaml', '')
    expect(await rerun(dir)).toEqual({code: 0, stdout: noChanges, stderr: ''})
  })
})

describe('state diff of an early version', () => {
  it('skips a named parallel Manifest with a WARN', async () => {
    await using dir = await tempDir()
    const file = await writeSource(dir.path, {many: {type: 'parallel', parallel: {}}})
    expect(await run(['state', 'diff', '-f', file], {state: dir.path, era: 'early'})).toEqual({
      code: 0,
      stdout: noChanges,
      stderr:
        'time=2026-11-20T09:00:00.000Z level=WARN msg="parallel manifest is not supported for state diff, skipping" name=many\n',
    })
  })

  it('takes tazuna.yaml as it is, without a template', async () => {
    await using dir = await tempDir()
    const file = join(dir.path, 'tazuna.yaml')
    await writeFile(file, 'spec: {manifests: [{type: "{{ .Environment }}"}]}\n')
    const printed = await run(['state', 'diff', '-f', file], {state: dir.path, era: 'early'})
    expect(printed.stderr).toContain('type="{{ .Environment }}"\n')
  })
})

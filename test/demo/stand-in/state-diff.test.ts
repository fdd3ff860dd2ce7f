import {rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'

import {contentHash} from '../../../src/demo/stand-in/content-hash.ts'
import {noChanges} from '../../../src/demo/stand-in/print.ts'
import {
  clusterRole,
  configMap,
  deployment,
  genesisSecret,
  onePasswordSecret,
  secret,
  writeApplied,
  writeKustomize,
  writeSource,
  type KubeObject,
  type Manifests,
} from '../../support/tazuna-yaml.ts'
import {tempDir, type TempDir} from '../../support/temp-dir.ts'
import {run, type Printed} from './run-in-process.ts'

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

describe('state diff of a GenesisSecret', () => {
  const envFile = {providers: [{name: 'local', type: 'envfile', envfile: {path: 'secret.env'}}]}
  const fromEnvFile = {
    type: 'genesissecret',
    genesisSecret: {
      spec: {
        provider: 'local',
        secrets: [{items: {KEY: {mapTo: 'key'}, QUOTED: {mapTo: 'quoted'}}}],
        outputs: [{stdout: {}}, {kubernetesSecret: {namespace: 'n', name: 'creds', labels: {a: 'b'}, type: 'x/y'}}],
      },
    },
  }

  it('is always-sync, also unchanged, so that the end sentence is never printed', async () => {
    await using dir = await tempDir()
    const printed = await diff(
      dir,
      {creds: genesisSecret('default', 'creds')},
      {
        creds: [
          {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'creds', namespace: 'default'}, type: 'Opaque'},
          secret('default', 'gone'),
        ],
      },
    )
    expect(rows(printed)).toEqual([
      'Manifest: creds',
      'removed /v1/Secret/default/gone',
      'always-sync /v1/Secret/default/creds',
    ])
  })

  it('hashes the plain values of an envfile, read anew at each call', async () => {
    await using dir = await tempDir()
    await dir.write('secret.env', '# comment\n\nKEY = value \nQUOTED="a b"\n')
    const file = await writeSource(dir.path, {creds: fromEnvFile}, envFile)
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {name: 'creds', namespace: 'n', labels: {a: 'b'}},
      stringData: {key: 'value', quoted: 'a b'},
      type: 'x/y',
    }
    const argv = ['state', 'diff', '-f', file]
    expect((await run(argv, {state: dir.path})).stdout).toContain(contentHash(object))
    await dir.write('secret.env', 'KEY=other\nQUOTED=a b\n')
    expect((await run(argv, {state: dir.path})).stdout).not.toContain(contentHash(object))
  })

  it('renders the first output only in early versions', async () => {
    await using dir = await tempDir()
    await dir.write('secret.env', 'KEY=v\nQUOTED=v\n')
    const file = await writeSource(dir.path, {creds: fromEnvFile}, envFile)
    const printed = await run(['state', 'diff', '-f', file], {state: dir.path, era: 'early'})
    expect(printed).toEqual({code: 0, stdout: noChanges, stderr: ''})
  })

  it('panics on the default provider, after the blocks before it', async () => {
    await using dir = await tempDir()
    const printed = await diff(dir, {
      web: [configMap('web', 'conf')],
      creds: onePasswordSecret('default', 'creds'),
      never: [configMap('never', 'seen')],
    })
    expect(printed.code).toBe(2)
    expect(rows(printed)).toEqual(['Manifest: web', 'added /v1/ConfigMap/web/conf'])
    expect(printed.stdout.endsWith('\n\n')).toBe(true)
    expect(printed.stderr).toMatch(
      /^panic: runtime error: invalid memory address or nil pointer dereference\n\[signal SIGSEGV: /,
    )
    expect(printed.stderr).toContain('\ngoroutine 1 [running]:\n')
    expect(printed.stderr).toContain('(*OnePasswordProvider).Fetch')
    expect(printed.stderr).not.toMatch(/^error: /m)
  })
})

describe('state diff that fails', () => {
  const good: readonly KubeObject[] = [configMap('web', 'conf')]
  const genesis = (spec: unknown) => ({type: 'genesissecret', genesisSecret: {spec}})
  const output = [{kubernetesSecret: {name: 'a', namespace: 'b'}}]

  it.each<[title: string, manifests: Manifests, message: string]>([
    ['an unknown type', {x: {type: 'nonsense', path: 'x'}}, 'manager nonsense not found'],
    ['parallel, which is gone', {x: {type: 'parallel', path: 'x'}}, 'manager parallel not found'],
    [
      'no kustomization.yaml',
      {x: {type: 'kustomize', path: 'state'}},
      `failed to build manifest "x": unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory 'DIR/state'`,
    ],
    [
      'no folder',
      {x: {type: 'kustomize', path: './nope/'}},
      `failed to build manifest "x": must build at directory: not a valid directory: evalsymlink failure on 'DIR/nope' : lstat DIR/nope: no such file or directory`,
    ],
    [
      'no GenesisSecret file',
      {x: {type: 'genesissecret', path: 'nope.yaml'}},
      'failed to build manifest "x": open DIR/nope.yaml: no such file or directory',
    ],
    [
      'a GenesisSecret without outputs',
      {x: genesis({secrets: []})},
      'failed to build manifest "x": no outputs defined',
    ],
    [
      'an unknown provider',
      {x: genesis({provider: 'vault', outputs: output})},
      'failed to build manifest "x": provider "vault" not found (registered: default-op)',
    ],
    [
      'a malformed 1Password URI',
      {x: genesis({secrets: [{uri: 'op://vault/item'}], outputs: output})},
      'failed to build manifest "x": 1Password URI "op://vault/item" is malformed, expected format is op://<host>/<vault>/<item>',
    ],
    [
      'metadata that is no mapping',
      {x: [{...configMap('a', 'b'), metadata: 'foo'} as unknown as KubeObject]},
      'failed to convert manifests to objects for "x": metadata must be a mapping, got string (kind: ConfigMap)',
    ],
    [
      'a missing helmfile',
      {x: {type: 'helmfile', path: 'nope'}},
      'failed to build manifest "x": failed to stat helmfile path DIR/nope: stat DIR/nope: no such file or directory',
    ],
    [
      'a folder without helmfile',
      {x: {type: 'helmfile', path: 'state'}},
      'failed to build manifest "x": no helmfile found in directory DIR/state (looked for [helmfile.yaml.gotmpl helmfile.yaml helmfile.yml.gotmpl helmfile.yml])',
    ],
    ['oras without a spec', {x: {type: 'oras'}}, 'failed to build manifest "x": oras: manifest "x" has no oras spec'],
  ])('on %s keeps the blocks before it and exits with 1', async (_, manifests, message) => {
    await using dir = await tempDir()
    const failing = Object.entries(manifests as Record<string, never>)
    const printed = await diff(dir, [['web', good], ...failing, ['never', good]], {unused: []})
    expect(printed.stderr).toBe(`error: ${message.replaceAll('DIR', dir.path)}\n`)
    expect(printed.code).toBe(1)
    expect(rows(printed)).toEqual(['Manifest: web', 'added /v1/ConfigMap/web/conf'])
  })

  it.each([
    [
      'spec: x',
      'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go struct field Tazuna.spec of type v1.TazunaSpec',
    ],
    [
      'spec: {manifests: x}',
      'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go struct field TazunaSpec.spec.manifests of type []v1.Manifest',
    ],
    [
      'spec: {manifests: [{name: [x]}]}',
      'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go struct field Manifest.spec.manifests.name of type string',
    ],
    [
      '- a',
      'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type v1.Tazuna',
    ],
    ['a: b: c', 'error converting YAML to JSON: yaml: mapping values are not allowed in this context'],
    [
      'spec: {manifests: [{name: a, includes: [{path: nope.yaml}]}]}',
      'failed to open include file: DIR/nope.yaml: open DIR/nope.yaml: no such file or directory',
    ],
    [
      'spec: {manifests: [{name: a, includes: [{path: bad.yaml}]}]}',
      'failed to parse include file: DIR/bad.yaml: error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context',
    ],
    [
      'spec: {manifests: [{name: a, includes: [{path: nested.yaml}]}]}',
      'nested includes are not allowed in include file: DIR/nested.yaml',
    ],
    [
      'spec: {minimumSupportedTazunaVersion: "0.5"}',
      'this tazuna.yaml requires tazuna >= 0.5.0, but the running tazuna is 0.4.4; please upgrade tazuna',
    ],
    [
      'spec: {minimumSupportedTazunaVersion: new}',
      'spec.minimumSupportedTazunaVersion "new" is not a valid semver: invalid semantic version',
    ],
    [
      'spec: {providers: [{name: op, type: onepassword}]}',
      'failed to setup managers: failed to register provider[0] "op": provider "op": explicit "onepassword" type is not supported yet; use the built-in "default-op" instead',
    ],
    [
      'spec: {providers: [{name: a, type: envfile, envfile: {path: x}}, {name: e, type: envfile}]}',
      'failed to setup managers: failed to register provider[1] "e": provider "e" (envfile): envfile.path is required',
    ],
    [
      'spec: {providers: [{name: v, type: vault}]}',
      'failed to setup managers: failed to register provider[0] "v": provider "v": unsupported type "vault"',
    ],
    [
      'spec: {{ .Environment',
      'failed to parse DIR/tazuna.yaml as a Go template: template: DIR/tazuna.yaml:1: unclosed action',
    ],
    [
      '\nspec: {{ env "X" }}',
      'failed to parse DIR/tazuna.yaml as a Go template: template: DIR/tazuna.yaml:2: function "env" not defined',
    ],
    [
      '\n  {{ .X }}',
      `failed to render DIR/tazuna.yaml as a Go template: template: DIR/tazuna.yaml:2:5: executing "DIR/tazuna.yaml" at <.X>: can't evaluate field X in type tmpl.Data`,
    ],
    [
      '{{ .Environment.Name }}',
      `failed to render DIR/tazuna.yaml as a Go template: template: DIR/tazuna.yaml:1:15: executing "DIR/tazuna.yaml" at <.Environment.Name>: can't evaluate field Name in type string`,
    ],
  ])('on tazuna.yaml %j prints nothing but the error', async (text, message) => {
    await using dir = await tempDir()
    await dir.write('tazuna.yaml', text)
    await dir.write('bad.yaml', '#\na: b: c\n')
    await dir.write('nested.yaml', 'spec: {manifests: [{includes: [{path: x}]}]}\n')
    expect(await rerun(dir)).toEqual({code: 1, stdout: '', stderr: `error: ${message.replaceAll('DIR', dir.path)}\n`})
  })

  it('on a missing tazuna.yaml prints the path as it was given', async () => {
    const printed = await run(['state', 'diff', '-f', 'nope/tazuna.yaml'], {state: 'nope'})
    expect(printed).toEqual({code: 1, stdout: '', stderr: 'error: open nope/tazuna.yaml: no such file or directory\n'})
  })

  it('on a corrupt State names the key', async () => {
    await using dir = await tempDir()
    await writeSource(dir.path, {web: good})
    await dir.write('state/web.json', JSON.stringify({data: {key: 'nope'}}))
    expect(await rerun(dir)).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: failed to get state for manifest "web": failed to parse state entry for key "key": invalid character 'n' looking for beginning of value\n`,
    })
  })

  it('prints a stack trace below the same first line in early versions', async () => {
    await using dir = await tempDir()
    await writeSource(dir.path, {x: genesis({secrets: []})})
    const printed = await run(['state', 'diff', '-f', join(dir.path, 'tazuna.yaml')], {state: dir.path, era: 'early'})
    expect(printed.code).toBe(1)
    expect(printed.stderr).toMatch(
      /^error: failed to build manifest "x": no outputs defined\n\(1\) attached stack trace\n {2}-- stack trace:\n {2}\| github/,
    )
    expect(printed.stderr).toContain('\nWraps: (2) failed to build manifest "x"\nWraps: (3) attached stack trace\n')
    expect(printed.stderr).toMatch(
      /\nWraps: \(4\) no outputs defined\nError types: \(1\) \*withstack\.withStack \(2\) \*errutil\.withPrefix \(3\) \*withstack\.withStack \(4\) \*errutil\.leafError\n$/,
    )
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

async function diff(dir: TempDir, manifests: Manifests, applied: Record<string, KubeObject[]> = {}): Promise<Printed> {
  const stateDir = join(dir.path, 'state')
  await rm(stateDir, {recursive: true, force: true})
  await writeSource(dir.path, manifests)
  await writeApplied(stateDir, applied)
  return rerun(dir)
}

function rerun(dir: TempDir, flags: readonly string[] = []): Promise<Printed> {
  return run(['state', 'diff', '-f', join(dir.path, 'tazuna.yaml'), ...flags], {state: join(dir.path, 'state')})
}

/** Titles, and rows without their hash. */
function rows({stdout}: Printed): string[] {
  return stdout
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('  STATUS'))
    .map(line => (line.startsWith('Manifest: ') ? line : line.trim().split(/ +/).slice(0, 2).join(' ')))
}

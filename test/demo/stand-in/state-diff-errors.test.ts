import {join} from 'node:path'
import {describe, expect, it} from 'vitest'

import {configMap, writeSource, type KubeObject, type Manifests} from '../../support/tazuna-yaml.ts'
import {tempDir} from '../../support/temp-dir.ts'
import {diff, rerun, rows} from './diff-of-source.ts'
import {run} from './run-in-process.ts'

describe('state diff that fails', () => {
  const good: readonly KubeObject[] = [configMap('web', 'conf')]
  const output = [{kubernetesSecret: {name: 'a', namespace: 'b'}}]
  const noMapping = {...configMap('a', 'b'), metadata: 'foo'} as unknown as KubeObject

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
      'a kustomization that does more than list resources',
      {x: {type: 'kustomize', path: 'more'}},
      'failed to build manifest "x": the stand-in renders the field resources only, not namespace: DIR/more/kustomization.yaml',
    ],
    [
      'a resource that is not there',
      {x: {type: 'kustomize', path: 'lost'}},
      `failed to build manifest "x": accumulating resources: accumulation err='accumulating resources from 'a.yaml': evalsymlink failure on 'DIR/lost/a.yaml' : lstat DIR/lost/a.yaml: no such file or directory': must build at directory: not a valid directory: evalsymlink failure on 'DIR/lost/a.yaml' : lstat DIR/lost/a.yaml: no such file or directory`,
    ],
    [
      'a resource that is no YAML',
      {x: {type: 'kustomize', path: 'bad'}},
      `failed to build manifest "x": accumulating resources: accumulating resources from 'x.yaml': MalformedYAMLError: yaml: mapping values are not allowed in this context in File: x.yaml`,
    ],
    [
      'a kustomization.yaml that is no YAML',
      {x: {type: 'kustomize', path: 'worse'}},
      'failed to build manifest "x": invalid Kustomization: yaml: mapping values are not allowed in this context',
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
      {x: [noMapping]},
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
    await dir.write('more/kustomization.yaml', 'namespace: x\nresources: []\n')
    await dir.write('lost/kustomization.yaml', 'resources: [a.yaml]\n')
    await dir.write('bad/kustomization.yaml', 'resources: [x.yaml]\n')
    await dir.write('bad/x.yaml', 'a: b: c\n')
    await dir.write('worse/kustomization.yaml', 'a: b: c\n')
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

function genesis(spec: unknown) {
  return {type: 'genesissecret', genesisSecret: {spec}}
}

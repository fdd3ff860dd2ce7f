import {describe, expect, it} from 'vitest'

import {contentHash} from '../../../src/demo/stand-in/content-hash.ts'
import {noChanges} from '../../../src/demo/stand-in/print.ts'
import {configMap, genesisSecret, onePasswordSecret, secret, writeSource} from '../../support/tazuna-yaml.ts'
import {tempDir} from '../../support/temp-dir.ts'
import {diff, rows} from './diff-of-source.ts'
import {run} from './run-in-process.ts'

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
    const rendered = {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'creds', namespace: 'default'}, type: 'Opaque'}
    expect(printed.stdout).toContain(`creds${' '.repeat(36)} ${contentHash(rendered)}\n`)
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

import {describe, expect, it} from 'vitest'

import {loadConfig} from '../../src/config/load.ts'
import {tempDir} from '../support/temp-dir.ts'

const base = 'apiVersion: tazuna-watch/v1\ncluster: prod\n'

describe('the source of a config', () => {
  it.each([
    ['nothing of its shape', '', {artifactType: null, layer: null, cache: null}],
    [
      'a layer and a type',
      ', layer: application/x, artifactType: text/y',
      {layer: 'application/x', artifactType: 'text/y'},
    ],
    ['a cache beside the config file', ', cache: ./cache', {cache: 'below/cache'}],
    ['a cache elsewhere', ', cache: /var/cache/x', {cache: '/var/cache/x'}],
  ])('may say %s', async (_, more, expected) => {
    await using dir = await tempDir()
    await dir.write('below/c.yaml', `${base}source: {oci: "oci://ghcr.io/acme/config:prod"${more}}\n`)
    const {source} = await loadConfig({flags: {config: 'below/c.yaml'}, env: {}, cwd: dir.path})
    const shown = {...source, cache: 'cache' in source ? (source.cache?.replace(`${dir.path}/`, '') ?? null) : null}
    expect(shown).toMatchObject(expected)
  })

  it.each(['layer: gzip', 'artifactType: ""', 'layer: "a/b c"'])('takes no %s for a media type', async words => {
    await using dir = await tempDir()
    await dir.write('c.yaml', `${base}source: {oci: "oci://ghcr.io/acme/config:prod", ${words}}\n`)
    await expect(loadConfig({flags: {config: 'c.yaml'}, env: {}, cwd: dir.path})).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('write a media type such as application/vnd.acme.config+json') as unknown,
    })
  })
})

import {describe, expect, it} from 'vitest'

import {stateListParser} from '../../src/tazuna/parse-state-list.ts'
import {fixture, hash} from '../support/state-diff-text.ts'

function parse(text: string) {
  const parser = stateListParser()
  parser.write(text)
  return parser.end()
}

const columns = '  RESOURCE                                                     HASH\n'

describe('stateListParser', () => {
  it('reads every Manifest in order, with and without State, time and commit', () => {
    const list = parse(fixture('state-list/five.txt'))
    expect(
      list?.map(({name, stored, lastAppliedAt, gitCommit}) => [name, stored?.size ?? null, lastAppliedAt, gitCommit]),
    ).toEqual([
      ['ingress-nginx', 1, '2026-11-17T03:12:44Z', '4f1c2d3e8f6a7b5c4d3e2f1a0b9c8d7e6f5a4b3c'],
      ['web', 2, '2026-11-19T22:01:00Z', null],
      ['aws-credentials', 1, null, null],
      ['payments', null, null, null],
      ['batch', 1, null, null],
    ])
    expect(list?.[1]?.stored?.get('web//v1/ConfigMap/web/nginx-conf')).toBe(
      '9599de382ff59d56ae7f580dcb23f6217d04e1e71200f2f5f0c126d5c8cdbfe1',
    )
  })

  it('reads an empty text as no Manifest', () => {
    expect(parse('')).toEqual([])
  })

  it('takes a State without entries for a State', () => {
    expect(parse(`Manifest: web\n  Last synced: 2026-11-17T03:12:44Z\n${columns}\n`)?.[0]?.stored).toEqual(new Map())
  })

  it('keeps two Manifests of one name apart', () => {
    expect(parse('Manifest: web\n  No state found\n\nManifest: web\n  No state found\n\n')).toHaveLength(2)
  })

  it('reads the form with the Manifest in front to the same State keys', () => {
    const rows = `  web/apps/v1/Deployment/web/a                                 ${hash(1)}\n`
    expect([...parse(`Manifest: web\n${columns}${rows}\n`)![0]!.stored!.keys()]).toEqual([
      'web/apps/v1/Deployment/web/a',
    ])
  })

  it.each([
    ['inside a line', 'Manifest: web\n  No state fou'],
    ['inside a block', `Manifest: web\n${columns}  /v1/ConfigMap/web/a   abc\n`],
    ['after a name', 'Manifest: web\n'],
  ])('gives nothing for a text that ends %s', (_where, text) => {
    expect(parse(text)).toBeNull()
  })

  it.each([
    ['help text', 'Manage state\n\nUsage:\n'],
    ['a block without a name', 'Manifest: \n  No state found\n\n'],
    ['metadata of an unknown kind', `Manifest: web\n  Applied by: me\n${columns}\n`],
    ['a time that is none', `Manifest: web\n  Last synced: yesterday\n${columns}\n`],
    ['a row of three fields', `Manifest: web\n${columns}  /v1/ConfigMap/web/a abc def\n\n`],
    ['a row after "No state found"', `Manifest: web\n  No state found\n  /v1/ConfigMap/web/a abc\n\n`],
    ['rows without column titles', `Manifest: web\n  /v1/ConfigMap/web/a abc\n\n`],
    ['an empty line after the name', `Manifest: web\n\n`],
    ['output of state diff', fixture('state-diff/mixed.txt')],
  ])('refuses %s', (_title, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({code: 'OUTPUT_UNPARSABLE'}) as Error)
  })
})

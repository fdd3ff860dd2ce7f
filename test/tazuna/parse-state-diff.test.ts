import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {WatchError} from '../../src/errors.ts'
import type {DiffEntry} from '../../src/model/diff-entry.ts'
import {parseStateDiff, stateDiffParser} from '../../src/tazuna/parse-state-diff.ts'
import {fixture, hash, printStateDiff} from '../support/state-diff-text.ts'

const columns = `  STATUS         RESOURCE                                                     HASH\n`

function entriesOf(text: string): DiffEntry[] {
  return parseStateDiff(text).blocks.flatMap(({entries}) => entries)
}

function row(diffType: string, resource: string, hashText: string): string {
  return `  ${diffType.padEnd(14)} ${resource.padEnd(60)} ${hashText}\n`
}

function block(manifest: string, ...rows: string[]): string {
  return `Manifest: ${manifest}\n${columns}${rows.join('')}\n`
}

describe('parseStateDiff', () => {
  it('reads every diff type and the core group, in the order printed', () => {
    const {blocks, noChanges, cut} = parseStateDiff(fixture('state-diff/mixed.txt'))
    expect(noChanges).toBe(false)
    expect(cut).toBeNull()
    expect(blocks.map(({manifest, entries}) => [manifest, entries.length])).toEqual([
      ['ingress-nginx', 1],
      ['web', 4],
    ])
    expect(blocks[1]!.entries).toEqual([
      {
        manifest: 'web',
        stateKey: 'web/apps/v1/Deployment/web/nginx',
        diffType: 'added',
        oldHash: null,
        newHash: '5be1ecc7935f1dd85635d4feedaf660594030253cc97c9e9ca3819ffeac36b65',
      },
      {
        manifest: 'web',
        stateKey: 'web//v1/ConfigMap/web/nginx-conf',
        diffType: 'modified',
        oldHash: null,
        newHash: '0b833b0a01bf805621b96f9793634ea801fa49c495cb8e4df594e023b22d8073',
      },
      {
        manifest: 'web',
        stateKey: 'web/rbac.authorization.k8s.io/v1/ClusterRole/web-reader',
        diffType: 'removed',
        oldHash: '3d0941964aa3ebdcb00ccef58b1bb399f9f898465e9886d5aec7f31090a0fb30',
        newHash: null,
      },
      {
        manifest: 'web',
        stateKey: 'web//v1/Secret/web/app-secret',
        diffType: 'always-sync',
        oldHash: null,
        newHash: '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b',
      },
    ])
  })

  it('reads the one sentence for no changes', () => {
    expect(parseStateDiff(fixture('state-diff/clean.txt'))).toEqual({blocks: [], noChanges: true, cut: null})
  })

  it('reads the form of the documentation: the Manifest in front, short hashes, old -> new, no last empty line', () => {
    expect(entriesOf(fixture('state-diff/documentation-sample.txt'))).toEqual([
      {
        manifest: 'ingress-nginx',
        stateKey: 'ingress-nginx/apps/v1/Deployment/ingress-nginx/controller',
        diffType: 'modified',
        oldHash: 'abc123...',
        newHash: 'def456...',
      },
      {
        manifest: 'aws-credentials',
        stateKey: 'aws-credentials//v1/Secret/default/aws-credentials',
        diffType: 'always-sync',
        oldHash: null,
        newHash: 'xyz789...',
      },
    ])
  })

  it('reads a resource longer than its column, a name with colons and a raw key', () => {
    expect(entriesOf(fixture('state-diff/long-and-raw.txt')).map(({stateKey}) => stateKey)).toEqual([
      'observability/monitoring.coreos.com/v1/PrometheusRule/observability/kube-prometheus-stack-kubernetes-system-controller-manager',
      'observability/rbac.authorization.k8s.io/v1/ClusterRole/system:controller:foo',
      'observability/broken-key',
    ])
  })

  it.each([
    [
      '6 parts with the name of the block',
      'web',
      'web/apps/v1/Deployment/web/nginx',
      'web/apps/v1/Deployment/web/nginx',
    ],
    ['5 parts without the name', 'web', 'apps/v1/Deployment/web/nginx', 'web/apps/v1/Deployment/web/nginx'],
    ['5 parts with the name', 'web', 'web/apps/v1/Namespace/x', 'web/apps/v1/Namespace/x'],
    [
      '5 parts that begin with the name but are a group',
      'apps',
      'apps/v1/Deployment/web/nginx',
      'apps/apps/v1/Deployment/web/nginx',
    ],
    ['4 parts without the name', 'web', '/v1/Namespace/web', 'web//v1/Namespace/web'],
    ['a raw key of 2 parts', 'web', 'web/junk', 'web/junk'],
    ['a raw key of 7 parts', 'web', 'web/a/b/c/d/e/f', 'web/a/b/c/d/e/f'],
  ])('makes the State key of %s', (_title, manifest, resource, stateKey) => {
    expect(entriesOf(block(manifest, row('added', resource, 'abc'))).map(entry => entry.stateKey)).toEqual([stateKey])
  })

  it.each([
    ['H', 'abc', null, 'abc'],
    ['(was: H)', '(was: abc)', 'abc', null],
    ['H -> H', 'abc -> def', 'abc', 'def'],
    ['a short H -> H', 'abc... -> def...', 'abc...', 'def...'],
  ])('takes the hash form %s with any diff type', (_form, text, oldHash, newHash) => {
    expect(entriesOf(block('web', row('modified', '/v1/ConfigMap/web/a', text)))[0]).toMatchObject({oldHash, newHash})
  })

  it('accepts CR at line ends, more empty lines between blocks, and any order of rows', () => {
    const text = block('a', row('removed', '/v1/X/a', '(was: a)'), row('added', '/v1/X/b', 'b')) + '\n\n'
    const diff = parseStateDiff((text + block('b', row('added', '/v1/X/c', 'c'))).replaceAll('\n', '\r\n'))
    expect(diff.blocks.map(({manifest, entries}) => [manifest, entries.length])).toEqual([
      ['a', 2],
      ['b', 1],
    ])
  })

  it('takes a name of a Manifest to the end of its line', () => {
    expect(parseStateDiff(block('my web (old)', row('added', '/v1/X/c', 'c'))).blocks[0]!.manifest).toBe('my web (old)')
  })

  it.each([
    ['nothing at all', '', 'neither a block nor'],
    ['empty lines only', '\n\n', 'line 1 is ""'],
    ['help text', 'Manage state\n\nUsage:\n  tazuna state [command]\n', 'line 1 is "Manage state"'],
    ['the sentence after a block', `${block('web', row('added', '/v1/X/c', 'c'))}No changes detected.\n`, 'line 5'],
    ['a block after the sentence', `No changes detected.\n${block('web', row('added', '/v1/X/c', 'c'))}`, 'line 2'],
    ['a block without rows', `Manifest: web\n${columns}\n`, 'line 3 is ""'],
    ['a block without column titles', `Manifest: web\n${row('added', '/v1/X/c', 'c')}\n`, 'line 2'],
    ['a block without a name', `Manifest: \n${columns}${row('added', '/v1/X/c', 'c')}\n`, 'line 1'],
    ['an unknown diff type', block('web', row('changed', '/v1/X/c', 'c')), 'line 3'],
    ['a diff type of live drift', block('web', row('live-drifted', '/v1/X/c', 'c (stored: d)')), 'line 3'],
    ['six parts of another Manifest', block('web', row('added', 'other/apps/v1/Deployment/web/nginx', 'c')), 'line 3'],
    ['a row without hash', block('web', '  added          /v1/X/c\n'), 'line 3'],
    ['a hash with a space', block('web', row('added', '/v1/X/c', 'ab cd')), 'line 3'],
    ['a row that is not indented', block('web', 'added /v1/X/c c\n'), 'line 3'],
    ['a second header inside a block', `Manifest: web\nManifest: web\n${columns}`, 'line 2'],
    ['a text that ends inside a block', `Manifest: web\n`, 'inside the block of Manifest "web"'],
  ])('refuses %s', (_title, text, message) => {
    expect(() => parseStateDiff(text)).toThrow(expect.objectContaining({code: 'OUTPUT_UNPARSABLE'}) as Error)
    expect(() => parseStateDiff(text)).toThrow(message)
  })

  it('shows no hash of an unknown line: it may be of a Secret', () => {
    expect(() => parseStateDiff(block('web', `  modified  /v1/Secret/web/db  ${hash(1)} extra\n`))).toThrow(
      expect.objectContaining({message: expect.not.stringContaining(hash(1).slice(0, 8)) as string}) as Error,
    )
  })

  it('shows at most 200 characters of an unknown line', () => {
    expect(() => parseStateDiff(`${'x'.repeat(5000)}\n`)).toThrow(/^.{1,300}$/)
  })
})

describe('stateDiffParser', () => {
  it.each([
    ['a row without newline', `Manifest: web\n${columns}${row('added', '/v1/X/c', 'c').trimEnd()}`, 'web'],
    ['a block without its empty line', `Manifest: web\n${columns}${row('added', '/v1/X/c', 'c')}`, 'web'],
    ['a header without newline', `${block('a', row('added', '/v1/X/c', 'c'))}Manifest: we`, null],
    ['the sentence without newline', 'No changes detected.', null],
  ])('tells that the text is cut after %s, and keeps the complete blocks', (_title, text, manifest) => {
    const parser = stateDiffParser()
    parser.write(text)
    const {cut, blocks, noChanges} = parser.end()
    expect(cut).toEqual({manifest})
    expect(noChanges).toBe(false)
    expect(blocks).toHaveLength(text.startsWith('Manifest: a') ? 1 : 0)
  })

  it('gives the same for a text in pieces cut anywhere', () => {
    const text = fixture('state-diff/mixed.txt')
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), {maxLength: 8}), cuts => {
        const parser = stateDiffParser()
        const points = [0, ...cuts.toSorted((a, b) => a - b), text.length]
        for (const [index, point] of points.slice(1).entries()) parser.write(text.slice(points[index], point))
        expect(parser.end()).toEqual(parseStateDiff(text))
      }),
    )
  })
})

const word = fc.stringMatching(/^[a-z0-9.:-]{1,20}$/)
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/)
const resource = fc
  .tuple(
    fc.oneof(
      fc.constant(''),
      word.filter(group => !/^v[0-9]/.test(group)),
    ),
    fc.constantFrom('v1', 'v1beta1'),
    word,
    fc.option(word),
    word,
  )
  .map(([group, version, kind, namespace, object]) =>
    [group, version, kind, ...(namespace === null ? [] : [namespace]), object].join('/'),
  )
const diffRow = fc.record({
  diffType: fc.constantFrom('added' as const, 'modified' as const, 'removed' as const, 'always-sync' as const),
  resource,
  hash: fc.nat().map(hash),
})
const diff = fc.uniqueArray(
  fc.record({manifest: name, rows: fc.uniqueArray(diffRow, {selector: r => r.resource, minLength: 1, maxLength: 6})}),
  {selector: b => b.manifest, minLength: 1, maxLength: 4},
)

describe('every diff', () => {
  it.each(['code', 'documentation'] as const)('is read back from the form of the %s as it was printed', dialect => {
    fc.assert(
      fc.property(diff, blocks => {
        const parsed = parseStateDiff(printStateDiff(blocks, dialect))
        expect(parsed.blocks).toEqual(
          blocks.map(({manifest, rows}) => ({
            manifest,
            entries: rows.map(({diffType, resource, hash}) => ({
              manifest,
              stateKey: `${manifest}/${resource}`,
              diffType,
              oldHash: diffType === 'removed' ? hash : null,
              newHash: diffType === 'removed' ? null : hash,
            })),
          })),
        )
      }),
    )
  })

  it('gives another result or fails when any line is dropped, doubled or altered', () => {
    const text = printStateDiff(
      [
        {manifest: 'web', rows: [r('added', 'apps/v1/Deployment/web/a', 1), r('removed', '/v1/ConfigMap/web/b', 2)]},
        {manifest: 'api', rows: [r('modified', '/v1/Service/api/c', 3)]},
      ],
      'code',
    )
    const original = JSON.stringify(parseStateDiff(text))
    const lines = text.split('\n').slice(0, -1)
    // an empty line more says nothing, so only the others are doubled
    for (const [index, line] of lines.entries().filter(([, line]) => line !== '')) {
      expect(result(lines.toSpliced(index, 0, line)), `doubled: ${line}`).not.toBe(original)
    }
    for (const [index, line] of lines.entries()) {
      expect(result(lines.toSpliced(index, 1)), `dropped: ${line}`).not.toBe(original)
      for (let at = 0; at < line.length; at += 1) {
        const altered = `${line.slice(0, at)}${line[at] === 'x' ? 'y' : 'x'}${line.slice(at + 1)}`
        expect(result(lines.with(index, altered)), `altered: ${altered}`).not.toBe(original)
      }
    }
  })
})

function r(diffType: 'added' | 'modified' | 'removed', resource: string, seed: number) {
  return {diffType, resource, hash: hash(seed)}
}

function result(lines: readonly string[]): string {
  try {
    return JSON.stringify(parseStrictly(`${lines.join('\n')}\n`))
  } catch (error) {
    if (error instanceof WatchError) return error.code
    throw error
  }
}

/** As the run reads: no missing empty line is forgiven. */
function parseStrictly(text: string) {
  const parser = stateDiffParser()
  parser.write(text)
  return parser.end()
}

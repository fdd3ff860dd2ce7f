import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {findUnrouted, unroutedTexts} from '../../src/config/unrouted.ts'
import type {IgnoreRule} from '../../src/drift/filter.ts'
import {driftTypes} from '../../src/model/diff-entry.ts'
import {toEntryMatcher, type EntryMatcher, type Match} from '../../src/notify/match.ts'

const now = new Date('2026-11-21T09:00:00Z')

function texts(matches: readonly (Match | undefined)[], ignore: readonly IgnoreRule[] = []): string[] {
  return unroutedTexts(
    matches.map(match => ({match})),
    ignore,
    now,
  )
}

const ignored = (resource: readonly string[], rule: Partial<IgnoreRule> = {}): IgnoreRule => {
  return {manifest: null, resource, diffType: ['removed', 'modified', 'added'], reason: 'x', until: null, ...rule}
}

const conf = '/v1/ConfigMap/default/example'
const deployment = 'apps/v1/Deployment/default/example'

describe('drift that no notifier is told of', () => {
  it.each<[string, (Match | undefined)[], string[]]>([
    ['a diff type that nobody names', [{diffType: ['removed', 'modified']}], ['no notifier is told of `added` drift']],
    [
      'two diff types that nobody names, in one line',
      [{diffType: ['removed']}],
      ['no notifier is told of `modified` and `added` drift'],
    ],
    [
      'other Manifests',
      [{manifest: ['web-*']}, {manifest: ['api', 'web-*']}],
      ['no notifier is told of drift of Manifests other than web-*, api'],
    ],
    [
      'other Manifests of one diff type only',
      [{manifest: ['web-*']}, {diffType: ['removed', 'modified']}],
      ['no notifier is told of `added` drift of Manifests other than web-*'],
    ],
    [
      'what differs by diff type, in two lines',
      [{manifest: ['web-*'], diffType: ['removed']}, {diffType: ['modified']}],
      ['no notifier is told of `removed` drift of Manifests other than web-*', 'no notifier is told of `added` drift'],
    ],
    [
      'other resources, with one for example',
      [{resource: ['apps/**']}],
      [`no notifier is told of drift of resources other than apps/**, such as ${conf}`],
    ],
    [
      'resources without a namespace',
      [{resource: ['*/*/*/*/*']}],
      ['no notifier is told of drift of resources other than */*/*/*/*, such as /v1/Namespace/example'],
    ],
    [
      'named groups',
      [{resource: ['/**']}],
      [`no notifier is told of drift of resources other than /**, such as ${deployment}`],
    ],
    [
      'groups that nobody named',
      [{resource: ['/**', 'apps/**', 'rbac.authorization.k8s.io/**']}],
      [expect.stringMatching(/, such as batch\/v9\/X/) as string],
    ],
    ['versions to come', [{resource: ['*/v1/**']}], [expect.stringMatching(/, such as \/v9\/X/) as string]],
    [
      'keys that tazuna cannot parse',
      [{resource: ['*/*/*/**']}],
      [
        'no notifier is told of drift of resources other than */*/*/**, such as one with a key that tazuna cannot parse',
      ],
    ],
    [
      'the rest of two routes that have Manifests and resources',
      [{manifest: ['web-*']}, {manifest: ['api'], resource: ['apps/**']}, {resource: ['/v1/Secret/**']}],
      [
        `no notifier is told of drift such as of ${conf} in Manifest example; ` +
          'only of that of Manifests web-*, and of resources /v1/Secret/**, and of resources apps/** in Manifests api',
      ],
    ],
    [
      'Manifests of another length',
      [{manifest: ['?', '???*']}],
      ['no notifier is told of drift of Manifests other than ?, ???*'],
    ],
  ])('is %s', (_title, matches, expected) => {
    expect(texts(matches)).toEqual(expected)
  })

  it.each<[string, (Match | undefined)[]]>([
    ['there is no notifier', []],
    ['one is told of all drift', [{manifest: ['web']}, undefined]],
    ['one has an empty match', [{}]],
    ['patterns take everything', [{manifest: ['*'], resource: ['**']}]],
    ['each diff type has its own', driftTypes.map(type => ({diffType: [type]}))],
    ['one takes what another leaves out', [{manifest: ['web-*'], diffType: ['removed']}, {resource: ['**']}]],
    ['patterns take all resources together', [{resource: ['/**', 'x']}, {resource: ['*/**', '*']}]],
    ['Manifests of each length have their own', [{manifest: ['?']}, {manifest: ['??*']}]],
    ['that is meant', [{diffType: ['removed']}, {manifest: ['web'], rest: 'nobody'}]],
  ])('is none where %s', (_title, matches) => {
    expect(texts(matches)).toEqual([])
  })

  it('is none where ignore rules cover the rest, as long as they hold', () => {
    const core: Match = {resource: ['/**', '*']}
    const others = ['?*/*/**']
    expect(texts([core])).toHaveLength(1)
    expect(texts([core], [ignored(others)])).toEqual([])
    expect(texts([core], [ignored(others, {until: '2026-11-21'})])).toEqual([])
    expect(texts([core], [ignored(others, {until: '2026-11-20'})])).toHaveLength(1)
    expect(texts([core], [ignored(others, {diffType: null})])).toEqual([
      `no notifier is told of \`removed\` drift of resources other than /**, *, such as ${deployment}`,
    ])
  })

  it('is found where it is, and nowhere else, as trying all names would', () => {
    let gaps = 0
    fc.assert(
      fc.property(fc.array(matches, {minLength: 1, maxLength: 4}), ignoreRules, (given, ignore) => {
        const matchers = given.map(toEntryMatcher)
        const takers = [...matchers, ...ignore.map(toMatch).map(toEntryMatcher)]
        const isTold: EntryMatcher['entry'] = entry => takers.some(taker => taker.entry(entry))
        const tried = driftTypes.filter(diffType =>
          universe.some(({manifest, stateKey}) => !isTold({manifest, stateKey, diffType})),
        )
        const found = findUnrouted(
          given.map(match => ({match})),
          ignore,
          now,
        )
        expect(found.map(({diffType}) => diffType)).toEqual(tried)
        for (const {diffType, sample} of found) {
          gaps += 1
          const {manifest, resource, isRaw} = sample
          expect(isTold({manifest, stateKey: isRaw ? resource : `${manifest}/${resource}`, diffType})).toBe(false)
        }
      }),
      {numRuns: 200},
    )
    expect(gaps).toBeGreaterThan(50)
  })
})

/** An ignore rule as if it were a match. */
function toMatch({manifest, resource, diffType}: IgnoreRule): Match {
  return {
    ...(manifest !== null && {manifest: [...manifest]}),
    ...(resource !== null && {resource: [...resource]}),
    diffType: [...(diffType ?? (['modified', 'added'] as const))],
  }
}

const product = (...lists: readonly (readonly string[])[]): string[] =>
  lists.reduce<string[]>((texts, list) => texts.flatMap(text => list.map(item => text + item)), [''])

/** Manifests and resources of names with letters that patterns have, and that they have not. */
const manifestNames = ['a', 'b', 'm', 'ab', 'am', 'mb', 'bm', 'mmm']
const groups = ['', 'apps', 'batch', 'm.m']
const resourceKeys = [
  ...product(groups, ['/'], ['v1', 'v4', 'v4beta4'], ['/'], ['Role', 'Mmm'], ['/'], ['', 'a/', 'mm/'], ['a', 'mm']),
]
const universe = manifestNames.flatMap(manifest => [
  ...resourceKeys.map(resource => ({manifest, stateKey: `${manifest}/${resource}`})),
  {manifest, stateKey: 'raw-m'},
])

/** Often those that take everything, or everything but a part. */
const manifestPatterns = fc.subarray(['a', 'a*', '*b', '?', '??*', '*', 'b?'], {minLength: 1, maxLength: 3})
const resourcePatterns = fc.subarray(
  [
    '**',
    '/**',
    '?*/**',
    '*',
    '*/v1/**',
    '*/v?*/**',
    'apps/**',
    '*/*/*/*',
    '*/*/*/*/*',
    '**/a',
    '*.*/**',
    '*/*/Role/**',
  ],
  {minLength: 1, maxLength: 5},
)
const someTypes = fc.subarray([...driftTypes], {minLength: 1})
const matches: fc.Arbitrary<Match> = fc.record(
  {manifest: manifestPatterns, resource: resourcePatterns, diffType: someTypes},
  {requiredKeys: []},
)
const ignoreRules: fc.Arbitrary<IgnoreRule[]> = fc.array(
  fc.record({
    manifest: fc.option(manifestPatterns),
    resource: fc.option(resourcePatterns),
    diffType: fc.option(someTypes),
    reason: fc.constant('x'),
    until: fc.constant(null),
  }),
  {maxLength: 2},
)

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {explain} from '../../src/drift/explain.ts'
import type {RoutedRules} from '../../src/drift/notifier-rules.ts'
import type {Memory} from '../../src/model/memory.ts'
import type {Match} from '../../src/notify/match.ts'
import {renderExplanation, type ExplainTextOptions} from '../../src/report/explain-text.ts'
import {asked, conf, knows, nginx, rulesOf, situations, told, uncheckedSince} from '../drift/explain-situations.ts'
import {arbitraryMemory} from '../memory/arbitrary-memory.ts'
import {knownEntry} from '../memory/memory-builder.ts'

type Asking = Partial<ExplainTextOptions> & {rules?: readonly RoutedRules[]; now?: Date; minSightings?: number}

function rendered(memory: Memory, asking: Asking = {}): string {
  const {rules = [rulesOf()], now = asked, minSightings = 1, ...look} = asking
  const manifest = look.withEntries === true ? 'web' : null
  const explanation = explain(memory, rules, {
    now,
    minSightings,
    graceAfterNewArtifact: 0,
    store: 'file /m.json',
    manifest,
  })
  return renderExplanation(explanation, {color: false, width: 200, withEntries: false, ...look})
}

const since = '2026-11-20T12:00:00Z'
const drifted = knows({[nginx]: knownEntry()})

describe('the explanation as text', () => {
  it.each(situations)('says of a Manifest: $title', ({memory, rules = rulesOf(), minSightings = 1, now, text}) => {
    const lines = rendered(memory, {rules: [rules], minSightings, ...(now !== undefined && {now: new Date(now)})})
    const facts = lines.split('\n').filter(line => line.startsWith('    '))
    expect(facts.map(line => line.trim())).toEqual(text)
    expect(lines.includes('\n  In sync, nothing to tell: web\n')).toBe(text.length === 0)
  })

  it('begins with the watch, its store and the last run', () => {
    expect(rendered(drifted)).toBe(
      [
        'prod · file /m.json',
        'Last run 2026-11-20 12:00 UTC (3 h ago): drift.',
        '',
        'ops',
        '  Told of all drift.',
        '  Its last message was delivered 3 h ago.',
        '  Nothing is due now; from 2026-11-21 11:55 UTC on the next run sends it a message (reminder) if all stays as it is.',
        '  web',
        '    told 3 h ago (first-drift): 1 entry still open',
        '    next: a reminder from 2026-11-21 11:55 UTC on if it is still there',
        '',
      ].join('\n'),
    )
  })

  it.each(['failed', 'incomplete'] as const)('calls nothing in sync that a run that %s did not check', outcome => {
    const other = {...knows({}).manifests.get('web')!, lastCheckedAt: '2026-11-18T09:30:00Z'}
    const fresh = {...other, lastCheckedAt: '2026-11-20T14:00:03Z'}
    const known = told(knows({}), null)
    const manifests = new Map([...known.manifests, ['batch', other], ['api', other], ['new', fresh]])
    const memory = uncheckedSince({...known, manifests}, outcome)
    const lines = [
      ...(outcome === 'failed' ? [] : ['  In sync, nothing to tell: new']),
      '  Unchecked since 12:00 UTC, in sync then: web',
      '  Unchecked since 2026-11-18 09:30 UTC, in sync then: batch, api',
      ...(outcome === 'failed' ? ['  Unchecked since 14:00 UTC, in sync then: new'] : []),
    ]
    const text = rendered(memory)
    expect(text.split('\n').filter(line => line.includes('n sync'))).toEqual(lines)
    const alone = rendered(memory, {withEntries: true})
    expect(alone).toContain('\n    unchecked since 12:00 UTC, in sync then\n')
    expect(alone).not.toContain('no drift is known of it')
  })

  it('never names a time that has come: seconds are rounded up', () => {
    const at = told(drifted, {toldAt: '2026-11-20T12:00:40Z'})
    const now = new Date('2026-11-21T11:55:20Z')
    expect(rendered(at, {now})).toContain('due now; from 11:56 UTC on the next run')
    expect(rendered(at, {now})).toContain('next: a reminder from 2026-11-21 11:56 UTC on if')
    expect(rendered(at, {now: new Date('2026-11-21T11:55:40Z')})).toContain('due now, the next run tells it (reminder)')
  })

  it('says of one Manifest how each entry stands, removed first', () => {
    const rows = {[conf]: knownEntry({filteredBy: 'ignore-rule'}), [nginx]: knownEntry({diffType: 'removed'})}
    expect(rendered(knows(rows), {withEntries: true}).split('\n').slice(-3)).toEqual([
      '    removed      web/apps/v1/Deployment/web/nginx  told, since 39 h',
      '    modified     web//v1/ConfigMap/web/conf        ignored, since 39 h',
      '',
    ])
  })

  it.each<[string, Memory, string]>([
    [
      'that nobody ran yet',
      {...knows({}), lastRun: null, notifiers: new Map()},
      'prod · file /m.json\nNo run has ended yet.\n\nops\n  Told of all drift.\n  No run knew it yet.\n  Nothing is due.\n',
    ],
    [
      'that deliveries fail',
      told(drifted, null, {failedSince: since}),
      'delivered 3 h ago. Deliveries fail since 3 h.\n',
    ],
    [
      'that a notifier was never told anything',
      told(drifted, null, {baselineAt: null, deliveredAt: null}),
      '  It never got a message since it joined 39 h ago.\n' +
        '  It was never told what there is: its first message states all drift.\n' +
        '  The next run sends it a message (baseline) if it sees the same.\n',
    ],
    [
      'that the run fails, and when that is told',
      {...drifted, failing: {code: 'TAZUNA_FAILED', groups: 1, group: 'g', since}},
      'The run as a whole fails since 3 h, 1 run (TAZUNA_FAILED).\n\nops\n  Told of all drift.\n  Its last message was delivered 3 h ago.\n' +
        '  That the run fails is told after 2 runs in a row, not yet after 1 run.\n',
    ],
    [
      'that it was told that the run fails',
      told({...drifted, failing: {code: 'TAZUNA_FAILED', groups: 3, group: 'g', since}}, null, {
        failure: {codes: ['TAZUNA_FAILED'], toldAt: since},
      }),
      '  It was last told 3 h ago that the run fails.\n',
    ],
    [
      'of a mass drift',
      told({...drifted, massDrift: {kind: 'state-missing', since, manifests: ['web'], over: false}}, null, {
        massDrift: {since, toldAt: since},
      }),
      'State is missing for 1 Manifest since 3 h: wrong cluster, or lost State? While that lasts, 24 h at most, nothing is told of single Manifests.\n' +
        '\nops\n  Told of all drift.\n  Its last message was delivered 3 h ago.\n  It was told of the missing State 3 h ago.\n' +
        '  Nothing is due now; from 2026-11-21 11:55 UTC on the next run sends it a message (reminder) if all stays as it is.\n',
    ],
    [
      'of a mass drift that is over',
      {...drifted, massDrift: {kind: 'all-gone', since, manifests: ['a', 'b'], over: true}},
      '2 Manifests are gone from tazuna.yaml since 3 h: wrong tazuna.yaml, or wrong cluster? It lasts for more than 24 h, so Manifests are told of one by one.\n',
    ],
    [
      'of a run that is at work',
      {...drifted, claim: {run: 'run-2', group: 'g', at: '2026-11-20T14:59:00Z', until: '2026-11-20T15:10:00Z'}},
      'Run run-2 is telling the notifiers now, until 15:10 UTC at the latest.\n',
    ],
  ])('says %s', (_title, memory, text) => {
    expect(rendered(memory)).toContain(text)
  })

  it.each<[string, Match | undefined, string]>([
    ['all', undefined, 'Told of all drift.'],
    ['some diff types', {diffType: ['removed', 'modified']}, 'Told of: removed, modified'],
    ['some Manifests', {manifest: ['web-*', 'api']}, 'Told of: drift of Manifests web-*, api'],
    ['some resources', {resource: ['apps/**']}, 'Told of: drift of resources apps/**'],
    [
      'some of each',
      {manifest: ['web-*'], resource: ['/v1/Secret/**', 'apps/**'], diffType: ['removed']},
      'Told of: removed of resources /v1/Secret/**, apps/** in Manifests web-*',
    ],
    [
      'many',
      {manifest: 'abcdefghijklmn'.split('')},
      'Told of: drift of Manifests a, b, c, d, e, f, g, h, i, j, k, l and 2 more',
    ],
  ])('says of what a notifier is told: %s', (_title, match, text) => {
    expect(rendered(drifted, {rules: [rulesOf(match)]})).toContain(`\nops\n  ${text}\n`)
  })

  it('says once what no notifier is told of, where there are several', () => {
    const removed = knownEntry({diffType: 'removed'})
    const batch = {...knows({}).manifests.get('web')!, entries: new Map([['batch//v1/ConfigMap/b/c', removed]])}
    const web = knows({[nginx]: knownEntry(), [conf]: knownEntry({diffType: 'added'})})
    const memory = {...web, manifests: new Map([...web.manifests, ['batch', batch]])}
    const ops = rulesOf({resource: ['apps/**']})
    const other = rulesOf({manifest: ['api']}, {name: 'other'})
    const line = '\nNo notifier is told of 2 entries: web (1 added), batch (1 removed)\n\nops\n'
    expect(rendered(memory, {rules: [ops, other]})).toContain(line)
    expect(rendered(memory, {rules: [ops, other], withEntries: true})).toContain(
      '\nNo notifier is told of 1 entry: web (1 added)\n\nops\n',
    )
    expect(rendered(memory, {rules: [ops]})).not.toContain('No notifier')
    expect(rendered(memory, {rules: [ops, rulesOf(undefined, {name: 'all'})]})).not.toContain('No notifier')
  })

  it('says which notifiers it cannot explain', () => {
    expect(rendered(drifted, {rules: []})).toMatch(/\n\nThis config has no notifiers\.\nRemembered, but not .*: ops\n$/)
  })

  it('wraps prose at the width, and colours only where asked to', () => {
    const lines = rendered(told(drifted, null, {failedSince: since}), {width: 60}).split('\n')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60)
    expect(rendered(drifted, {color: true})).toContain('\u001b[1mops\u001b[22m')
    expect(rendered(drifted)).not.toContain('\u001b')
  })

  it('shows names, reasons and codes of others without what could do harm', () => {
    const bad = '\u001b[31m\u202e\n::error::'
    const failing = {code: bad, groups: 1, group: 'g', since}
    const known = {...drifted.manifests.get('web')!, failing}
    const entries = new Map([
      [`${bad}/${bad}`, knownEntry()],
      [nginx, knownEntry()],
    ])
    const mutes = [bad, `${bad}/${bad}`].map(key => {
      return {key, reason: bad, createdAt: since, until: '2026-11-21T00:00:00Z', content: null}
    })
    const memory = {
      ...drifted,
      cluster: bad,
      failing,
      manifests: new Map([[bad, {...known, entries}]]),
      mutes,
      claim: {run: bad, group: 'g', at: since, until: '2026-11-21T00:00:00Z'},
      notifiers: new Map([[bad, drifted.notifiers.get('ops')!]]),
    }
    const explanation = explain(memory, [rulesOf({manifest: [bad]}, {name: `${bad}2`}), rulesOf({manifest: ['x']})], {
      now: asked,
      minSightings: 1,
      graceAfterNewArtifact: 0,
      store: bad,
      manifest: null,
    })
    const text = renderExplanation(explanation, {color: false, width: 200, withEntries: true})
    expect(text.split('�[31m��::error::').length).toBeGreaterThan(9)
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
    expect(text).not.toMatch(/^\s*::/m)
  })

  it('of any memory: has no character that could do harm, and never its key', () => {
    fc.assert(
      fc.property(arbitraryMemory, memory => {
        const rules = [...memory.notifiers.keys()].map(name => rulesOf(undefined, {name}))
        for (const withEntries of [true, false]) {
          const text = rendered(memory, {rules, withEntries})
          expect(text).not.toMatch(/(?![\n\u200D])[\p{Cc}\p{Cf}\p{Cs}]/u)
          expect(text).not.toContain(memory.key)
        }
      }),
      {numRuns: 100},
    )
  })
})

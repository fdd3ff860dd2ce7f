import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {explain} from '../../src/drift/explain.ts'
import {nextMassDrift} from '../../src/drift/mass-drift.ts'
import type {RoutedRules} from '../../src/drift/notifier-rules.ts'
import type {DiffType} from '../../src/model/diff-entry.ts'
import type {Memory} from '../../src/model/memory.ts'
import type {Match} from '../../src/notify/match.ts'
import {toTimestamp} from '../../src/model/time.ts'
import {arbitraryMemory} from '../memory/arbitrary-memory.ts'
import {knownEntry} from '../memory/memory-builder.ts'
import {asked, conf, knows, muted, nginx, rulesOf, situations, told} from './explain-situations.ts'

type Asking = {now?: Date; minSightings?: number; manifest?: string | null}

function explained(memory: Memory, rules: readonly RoutedRules[] = [rulesOf()], asking: Asking = {}) {
  return explain(memory, rules, {
    now: asked,
    minSightings: 1,
    graceAfterNewArtifact: 0,
    store: 'file /m.json',
    manifest: null,
    ...asking,
  })
}

describe('explain', () => {
  it.each(situations)('tells what is due of a Manifest: $title', situation => {
    const {memory, rules = rulesOf(), minSightings = 1, now = asked.toISOString()} = situation
    const {notifiers} = explained(memory, [rules], {now: new Date(now), minSightings})
    const [web] = notifiers[0]!.manifests
    expect({due: web!.due, next: web!.next, statuses: web!.entries.map(({status}) => status)}).toEqual({
      due: situation.due,
      next: situation.next,
      statuses: situation.statuses,
    })
  })

  it('tells of the whole message what is due, and else the first of what comes next', () => {
    const drifted = knows({[nginx]: knownEntry()})
    const web = drifted.manifests.get('web')!
    const both = {...drifted, manifests: new Map([...drifted.manifests, ['api', {...web, entries: new Map()}]])}
    expect(explained(both).notifiers[0]).toMatchObject({due: [], next: {at: '2026-11-21T11:55:00Z'}})
    const {notifiers} = explained(told(both, null), undefined, {manifest: 'api'})
    expect(notifiers[0]).toMatchObject({due: ['first-drift'], next: null, manifests: [{name: 'api', due: []}]})
  })

  it('tells when a failing run is told, and when it is reminded of', () => {
    const since = '2026-11-20T12:00:00Z'
    const failing = {code: 'TAZUNA_FAILED', groups: 1, group: 'group-1', since}
    const once = told({...knows({}), failing}, null)
    expect(explained(once).notifiers[0]).toMatchObject({due: [], next: null, failing: {groups: 1, needed: 2}})
    const twice = {...once, failing: {...failing, groups: 2}}
    expect(explained(twice).notifiers[0]).toMatchObject({due: ['check-failed'], failing: {toldAt: null}})
    const known = told(twice, null, {failure: {codes: ['TAZUNA_FAILED'], toldAt: since}})
    expect(explained(known).notifiers[0]).toMatchObject({
      due: [],
      next: {at: '2026-11-21T11:55:00Z', reasons: ['reminder']},
      failing: {toldAt: since},
    })
  })

  it('has the match of each notifier, and null where it is told of all drift', () => {
    const {notifiers} = explained(knows({}), [
      rulesOf(undefined, {name: 'all'}),
      rulesOf({}, {name: 'empty'}),
      rulesOf({manifest: ['web-*'], diffType: ['removed']}, {name: 'some'}),
    ])
    expect(notifiers.map(({match}) => match)).toEqual([
      null,
      null,
      {manifest: ['web-*'], resource: null, diffType: ['removed']},
    ])
  })

  it.each<[string, readonly RoutedRules[], readonly string[]]>([
    ['nobody matches', [rulesOf({diffType: ['added']}), rulesOf({manifest: ['api']})], [conf, nginx]],
    ['one of two does not match', [rulesOf({resource: ['apps/**']}), rulesOf({diffType: ['added']})], [conf]],
    ['the routes take together', [rulesOf({resource: ['apps/**']}), rulesOf({resource: ['/v1/**']})], []],
    ['is told to nobody, as there is no notifier', [], []],
  ])('lists the drift that %s', (_title, rules, keys) => {
    const named = rules.map((rule, index) => ({...rule, name: `n${index}`}))
    const rows = {[nginx]: knownEntry(), [conf]: knownEntry()}
    expect(explained(knows(rows), named).unrouted).toEqual(
      keys.map(stateKey => ({manifest: 'web', stateKey, diffType: 'modified'})),
    )
  })

  it.each<[string, Memory]>([
    ['resolved', knows({[nginx]: knownEntry({absentSince: '2026-11-20T13:00:00Z'})})],
    ['ignored', knows({[nginx]: knownEntry({filteredBy: 'ignore-rule'})})],
    ['always-sync', knows({[nginx]: knownEntry({diffType: 'always-sync', filteredBy: 'always-sync'})})],
    ['muted', muted(knows({[nginx]: knownEntry()}), nginx)],
    ['muted with its Manifest', muted(knows({[nginx]: knownEntry()}), 'web')],
    ['of a Manifest that is gone', knows({[nginx]: knownEntry()}, {goneSince: '2026-11-20T13:00:00Z'})],
  ])('lists as drift for nobody none that is %s', (_title, memory) => {
    expect(explained(memory, [rulesOf({diffType: ['added']})]).unrouted).toEqual([])
  })

  it('lists of one Manifest only its own drift for nobody', () => {
    const drifted = knows({[nginx]: knownEntry()})
    const api = {...drifted.manifests.get('web')!, entries: new Map([['api/apps/v1/Deployment/a/a', knownEntry()]])}
    const both = {...drifted, manifests: new Map([...drifted.manifests, ['api', api]])}
    const rules = [rulesOf({diffType: ['added']})]
    const manifestsOf = (manifest: string | null) =>
      explained(both, rules, {manifest}).unrouted.map(entry => entry.manifest)
    expect([manifestsOf(null), manifestsOf('api')]).toEqual([['web', 'api'], ['api']])
  })

  it('tells of a mass drift only, while it holds', () => {
    const since = '2026-11-20T12:00:00Z'
    const massDrift = {kind: 'state-missing', since, manifests: ['web'], over: false} as const
    const lost = {...told(knows({[nginx]: knownEntry()}), null), massDrift}
    expect(explained(lost).notifiers[0]).toMatchObject({due: ['mass-drift'], massDriftToldAt: null})
    const known = told(lost, null, {massDrift: {since, toldAt: since}})
    expect(explained(known).notifiers[0]).toMatchObject({
      due: [],
      next: {at: '2026-11-21T11:55:00Z', reasons: ['reminder']},
      massDriftToldAt: since,
    })
    const over = {...known, massDrift: {...massDrift, over: true}}
    expect(explained(over).notifiers[0]).toMatchObject({due: ['first-drift']})
  })

  it('names notifiers that only the memory knows', () => {
    expect(explained(knows({}), [rulesOf(undefined, {name: 'web'})])).toMatchObject({
      notifiers: [{name: 'web', joinedAt: null}],
      unconfigured: ['ops'],
    })
  })

  it('shows a claim only while it holds, and reads times in the future as now', () => {
    const at = '2026-11-20T14:59:00Z'
    const claim = {run: 'run-2', group: 'group-2', at, until: '2026-11-20T15:05:00Z'}
    expect(explained({...knows({}), claim}).claim).toEqual({run: 'run-2', until: '2026-11-20T15:05:00Z'})
    expect(explained({...knows({}), claim: {...claim, until: asked.toISOString()}}).claim).toBeNull()
    const future = told(knows({[nginx]: knownEntry()}), {toldAt: '2027-01-01T00:00:00Z'})
    expect(explained(future).notifiers[0]?.manifests[0]).toMatchObject({
      told: {at: '2026-11-20T15:00:00Z'},
      next: {at: '2026-11-21T14:55:00Z', reasons: ['reminder']},
    })
  })

  it('says of a mass drift that it holds for 24 h at most, as its text does', () => {
    const massDrift = {kind: 'all-added', since: '2026-11-19T15:00:00Z', manifests: ['web'], over: false} as const
    const memory = {...knows({}), massDrift}
    const held = (now: Date) => {
      const run = {id: '', group: '', startedAt: now}
      const nothing = {manifests: [], entries: [], moved: new Set<string>(), recovered: new Map<string, string>()}
      const seen = {run, readAt: now, now, outcome: 'failed', errorCode: null, source: null, agesLost: false} as const
      return nextMassDrift(memory, {...seen, ...nothing, listKnown: false})?.over === false
    }
    expect([held(new Date(asked.getTime() - 1000)), held(asked)]).toEqual([true, false])
  })

  it('of any Manifest: what comes next is due at that time, and not before', () => {
    const early = 1000 // times are kept to the second
    let seen = 0
    fc.assert(
      fc.property(plausibleMemory, fc.integer({min: 1, max: 3}), fc.boolean(), (memory, minSightings, resolved) => {
        const rules = [rulesOf(undefined, {resolved})]
        const at = (now: number) => explained(memory, rules, {now: new Date(now), minSightings}).notifiers[0]!
        const dueAt = (now: number) => at(now).manifests[0]!.due
        const {due, next, manifests} = at(asked.getTime())
        const [web] = manifests
        expect(next === null || due.length === 0).toBe(true)
        if (web === undefined || web.next === null) return
        seen += 1
        expect(web.due).toEqual([])
        const time = Date.parse(web.next.at)
        expect(dueAt(time)).toEqual(web.next.reasons)
        expect(dueAt(Math.max(asked.getTime(), time - early))).toEqual([])
      }),
      {numRuns: 2000},
    )
    expect(seen).toBeGreaterThan(200)
  })

  it('of any memory and any two routes: lists for nobody what is open, and left out by each', () => {
    const match: fc.Arbitrary<Match> = fc.record(
      {
        manifest: fc.constantFrom<string[]>(['web'], ['*'], ['a*', 'w*']),
        resource: fc.constantFrom<string[]>(['**'], ['apps/**'], ['/**']),
        diffType: fc.subarray(['removed', 'modified', 'added'] as const, {minLength: 1}),
      },
      {requiredKeys: []},
    )
    fc.assert(
      fc.property(plausibleMemory, match, match, (memory, one, other) => {
        const rules = [rulesOf(one), rulesOf(other, {name: 'other'})]
        const {notifiers, unrouted} = explained(memory, rules)
        const unmatched = notifiers.map(({manifests}) =>
          manifests.flatMap(({entries}) => entries.filter(({status}) => status === 'unmatched')),
        )
        const isMuted = ({stateKey}: {stateKey: string}) =>
          memory.mutes.some(({key, until}) => ['web', stateKey].includes(key) && until > toTimestamp(asked))
        const byBoth = unmatched[0]!.filter(entry => unmatched[1]!.some(({stateKey}) => stateKey === entry.stateKey))
        expect(unrouted.map(({stateKey}) => stateKey)).toEqual(
          byBoth.filter(entry => !isMuted(entry)).map(({stateKey}) => stateKey),
        )
      }),
      {numRuns: 300},
    )
  })

  it('takes any memory', () => {
    fc.assert(
      fc.property(arbitraryMemory, memory => {
        const {notifiers} = explained(
          memory,
          [...memory.notifiers.keys(), 'new'].map(name => rulesOf(undefined, {name})),
        )
        for (const {manifests} of notifiers)
          expect(manifests.map(({name}) => name)).toEqual([...memory.manifests.keys()])
      }),
      {numRuns: 100},
    )
  })
})

/** In the last 30 hours, or, for the end of a mute, as far ahead. */
const past = fc.integer({min: 0, max: 1800}).map(minutes => toTimestamp(new Date(asked.getTime() - minutes * 60_000)))
const future = fc
  .integer({min: -60, max: 1800})
  .map(minutes => toTimestamp(new Date(asked.getTime() + minutes * 60_000)))
const keys = [nginx, conf, 'web//v1/ConfigMap/web/third']
const diffType = fc.constantFrom<DiffType>('modified', 'modified', 'added', 'removed')
const hash = fc.constantFrom('aaaaaaaaaaaa', 'aaaaaaaaaaaa', 'bbbbbbbbbbbb')
const byKey = <T>(value: fc.Arbitrary<T>) =>
  fc
    .tuple(fc.subarray(keys), fc.array(value, {minLength: keys.length, maxLength: keys.length}))
    .map(([present, values]) => new Map(present.map((key, index) => [key, values[index]!] as const)))

/** What a watch may know of one Manifest, with times that matter now. */
const plausibleMemory: fc.Arbitrary<Memory> = fc
  .record({
    entries: byKey(
      fc.record({
        diffType,
        hash,
        sightings: fc.integer({min: 1, max: 3}),
        filteredBy: fc.constantFrom(null, null, null, 'ignore-rule' as const),
        absentSince: fc.option(past, {freq: 5}),
      }),
    ),
    toldAt: past,
    told: byKey(fc.record({diffType, hash})),
    left: byKey(past),
    failure: fc.option(past, {freq: 3}),
    failing: fc.option(fc.integer({min: 1, max: 3}), {freq: 3}),
    mutes: fc.array(fc.record({key: fc.constantFrom('web', ...keys), until: future}), {maxLength: 2}),
    failedSince: fc.option(past, {freq: 4}),
  })
  .map(({entries, toldAt, told: content, left, failure, failing, mutes, failedSince}) => {
    const rows = [...entries].map(([key, entry]) => [key, knownEntry(entry)] as const)
    const fails = failing === null ? null : {code: 'error', groups: failing, group: 'g', since: toldAt}
    const memory = knows(Object.fromEntries(rows), {failing: fails})
    const ownFailure = failure === null ? null : {codes: ['error'], toldAt: failure}
    // the run after a mute began has dropped what is muted
    const isMuted = (key: string) =>
      mutes.some(mute => [key, 'web'].includes(mute.key) && mute.until > toTimestamp(asked))
    const stays = new Map([...content].filter(([key]) => !isMuted(key)))
    const log = told(memory, {toldAt, entries: stays, left, failure: ownFailure}, {failedSince})
    return {...log, mutes: mutes.map(mute => ({...mute, reason: '', createdAt: toldAt, content: null}))}
  })

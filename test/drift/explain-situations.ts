import type {RoutedRules} from '../../src/drift/notifier-rules.ts'
import type {EntryStatus, ManifestExplanation} from '../../src/model/explanation.ts'
import type {KnownEntry, KnownManifest, Memory, NotificationLog, ToldManifest} from '../../src/model/memory.ts'
import {toEntryMatcher, toRoute, type Match} from '../../src/notify/match.ts'
import {knownEntry, memoryOf} from '../memory/memory-builder.ts'

const hours = 3_600_000

/** When people ask; the last run and the last message to `ops` were three hours before. */
export const asked = new Date('2026-11-20T15:00:00Z')

export function rulesOf(match?: Match, overrides: Partial<RoutedRules> = {}): RoutedRules {
  const times = {remindAfter: 24 * hours, changeInterval: 6 * hours}
  const rules = {...times, failuresBeforeNotice: 2, resolved: false, ...overrides}
  return {name: 'ops', route: toRoute(match), matches: toEntryMatcher(match), ...rules}
}

export const nginx = 'web/apps/v1/Deployment/web/nginx'
export const conf = 'web//v1/ConfigMap/web/conf'

export function knows(entries: Record<string, KnownEntry>, overrides: Partial<KnownManifest> = {}): Memory {
  const memory = memoryOf({web: entries})
  const lastRun = {...memory.lastRun!, readAt: '2026-11-20T11:59:59.500Z'}
  return {...memory, lastRun, manifests: new Map([['web', {...memory.manifests.get('web')!, ...overrides}]])}
}

/** The same with another log of `ops`; `web` is what it was told of that Manifest, null for nothing. */
export function told(memory: Memory, web: Partial<ToldManifest> | null, log: Partial<NotificationLog> = {}): Memory {
  const ops = memory.notifiers.get('ops')!
  const manifests = new Map(web === null ? [] : [['web', {...ops.manifests.get('web')!, ...web}]])
  return {...memory, notifiers: new Map([['ops', {...ops, manifests, ...log}]])}
}

export function muted(memory: Memory, ...keys: readonly string[]): Memory {
  const until = '2026-11-21T00:00:00Z'
  const mutes = keys.map(key => ({key, reason: 'ticket 4711', createdAt: '2026-11-20T13:00:00Z', until, content: null}))
  return {...memory, mutes}
}

/** The same after one more run an hour ago, which ended like this and did not check `web`. */
export function uncheckedSince(memory: Memory, outcome: 'failed' | 'incomplete'): Memory {
  const startedAt = '2026-11-20T14:00:00Z'
  // a run that saw nothing makes no reading older
  const readAt = outcome === 'failed' ? memory.lastRun!.readAt : '2026-11-20T14:00:01.500Z'
  return {...memory, lastRun: {id: 'run-2', group: 'group-2', startedAt, readAt, outcome}}
}

export type Situation = {
  readonly title: string
  readonly memory: Memory
  readonly rules?: RoutedRules
  readonly minSightings?: number
  readonly now?: string
  readonly due: ManifestExplanation['due']
  readonly next: ManifestExplanation['next']
  readonly statuses: readonly EntryStatus[]
  /** The lines below the name of the Manifest; none where it is only named as in sync. */
  readonly text: readonly string[]
}

const reminderNext = {at: '2026-11-21T11:55:00Z', reasons: ['reminder']} as const
const reminderText = 'next: a reminder from 2026-11-21 11:55 UTC on if it is still there'
const toldText = 'told 3 h ago (first-drift): 1 entry still open'
const failing = {code: 'error', groups: 1, group: 'group-1', since: '2026-11-20T12:00:00Z'}
const drifted = knows({[nginx]: knownEntry()})
const twice = knows({[nginx]: knownEntry(), [conf]: knownEntry()})
const toldNginx = {entries: new Map([[nginx, {diffType: 'modified' as const, hash: '0123456789ab'}]])}
const folded = {fingerprint: 'f', counts: {added: 0, modified: 9000, removed: 0}, firstSeenAt: '2026-11-19T00:00:00Z'}

/** Why `ops` was or was not told of `web`. */
export const situations: readonly Situation[] = [
  {
    title: 'in sync',
    memory: told(knows({}), null),
    due: [],
    next: null,
    statuses: [],
    text: [],
  },
  {
    title: 'always-sync only',
    memory: told(knows({[nginx]: knownEntry({diffType: 'always-sync', filteredBy: 'always-sync'})}), null),
    due: [],
    next: null,
    statuses: ['always-sync'],
    text: [],
  },
  {
    title: 'drift that was not looked at in the last run',
    memory: uncheckedSince(drifted, 'failed'),
    due: [],
    next: reminderNext,
    statuses: ['told'],
    text: [toldText, 'unchecked since 12:00 UTC, drifted then', reminderText],
  },
  {
    title: 'told, and nothing changed since',
    memory: drifted,
    due: [],
    next: reminderNext,
    statuses: ['told'],
    text: [toldText, reminderText],
  },
  {
    title: 'told a day ago but for four minutes',
    memory: drifted,
    now: '2026-11-21T11:56:00Z',
    due: ['reminder'],
    next: null,
    statuses: ['told'],
    text: ['due now, the next run tells it (reminder)', 'told 23 h ago (first-drift): 1 entry still open'],
  },
  {
    title: 'not told, as the delivery failed',
    memory: told(drifted, null, {failedSince: '2026-11-20T13:00:00Z'}),
    due: ['first-drift'],
    next: null,
    statuses: ['new'],
    text: ['deliveries fail since 2 h: due now, the next run tells it (first-drift)', '1 entry not told yet'],
  },
  {
    title: 'the notifier was never told anything',
    memory: told(drifted, null, {baselineAt: null, deliveredAt: null}),
    due: ['baseline'],
    next: null,
    statuses: ['new'],
    text: ['due now, the next run tells it (baseline)', '1 entry not told yet'],
  },
  {
    title: 'no run knew the notifier',
    memory: {...drifted, notifiers: new Map()},
    due: ['baseline'],
    next: null,
    statuses: ['new'],
    text: ['due now, the next run tells it (baseline)', '1 entry not told yet'],
  },
  {
    title: 'a new entry beside a told one',
    memory: told(twice, toldNginx),
    due: ['new-entries'],
    next: null,
    statuses: ['new', 'told'],
    text: ['due now, the next run tells it (new-entries)', toldText, '1 entry not told yet'],
  },
  {
    title: 'other content, soon after it was told',
    memory: told(knows({[nginx]: knownEntry({hash: 'ffffffffffff'})}), toldNginx),
    due: [],
    next: {at: '2026-11-20T18:00:00Z', reasons: ['entries-changed']},
    statuses: ['changed'],
    text: [toldText, 'content of 1 entry changed: told again from 18:00 UTC on'],
  },
  {
    title: 'a told entry that is removed now',
    memory: told(knows({[nginx]: knownEntry({diffType: 'removed', hash: null})}), toldNginx),
    due: ['entries-changed'],
    next: null,
    statuses: ['changed'],
    text: ['due now, the next run tells it (entries-changed)', toldText, 'content of 1 entry changed'],
  },
  {
    title: 'came back soon after it was told',
    memory: told(drifted, {entries: new Map(), left: new Map([[nginx, '2026-11-20T12:00:00Z']])}),
    due: [],
    next: {at: '2026-11-20T18:00:00Z', reasons: ['first-drift']},
    statuses: ['new'],
    text: ['told 3 h ago (first-drift)', '1 entry came back soon after it was told: told again from 18:00 UTC on'],
  },
  {
    title: 'resolved, and the notifier wants to hear of it',
    memory: told(knows({[nginx]: knownEntry({absentSince: '2026-11-20T13:00:00Z'})}), toldNginx),
    rules: rulesOf(undefined, {resolved: true}),
    due: ['all-resolved'],
    next: null,
    statuses: ['resolved'],
    text: ['due now, the next run tells it (all-resolved)', 'told 3 h ago (first-drift)', '1 entry no longer there'],
  },
  {
    title: 'resolved, and the notifier does not want to hear of it',
    memory: told(knows({[nginx]: knownEntry({absentSince: '2026-11-20T13:00:00Z'})}), toldNginx),
    due: [],
    next: null,
    statuses: [],
    text: [],
  },
  {
    title: 'not seen often enough',
    memory: told(drifted, null),
    minSightings: 3,
    due: [],
    next: null,
    statuses: ['unripe'],
    text: ['not told: 1 entry seen once, told after 3 runs in a row'],
  },
  {
    title: 'removed never waits to be seen again',
    memory: told(knows({[nginx]: knownEntry({diffType: 'removed'})}), null),
    minSightings: 3,
    due: ['first-drift'],
    next: null,
    statuses: ['new'],
    text: ['due now, the next run tells it (first-drift)', '1 entry not told yet'],
  },
  {
    title: 'the whole Manifest is muted before it was told',
    memory: muted(told(drifted, null), 'web'),
    due: [],
    next: {at: '2026-11-21T00:00:00Z', reasons: ['first-drift']},
    statuses: ['muted'],
    text: [
      'muted until 2026-11-21 00:00 UTC: ticket 4711 (1 entry)',
      'next: when the mute ends on 2026-11-21 00:00 UTC (first-drift)',
    ],
  },
  {
    title: 'one of two told entries is muted',
    memory: muted(twice, conf),
    due: [],
    next: {at: '2026-11-21T00:00:00Z', reasons: ['new-entries']},
    statuses: ['muted', 'told'],
    text: [
      toldText,
      'muted until 2026-11-21 00:00 UTC: ticket 4711 (1 entry)',
      'next: when the mute ends on 2026-11-21 00:00 UTC (new-entries)',
    ],
  },
  {
    title: 'a mute that has ended',
    memory: muted(told(drifted, null), 'web'),
    now: '2026-11-21T00:00:00Z',
    due: ['first-drift'],
    next: null,
    statuses: ['new'],
    text: ['due now, the next run tells it (first-drift)', '1 entry not told yet'],
  },
  {
    title: 'match fits nothing of it',
    memory: told(twice, null),
    rules: rulesOf({diffType: ['removed']}),
    due: [],
    next: null,
    statuses: ['unmatched', 'unmatched'],
    text: ['not told: `match` fits nothing of it (2 entries)'],
  },
  {
    title: 'match leaves out an entry',
    memory: twice,
    rules: rulesOf({resource: ['apps/**']}),
    due: [],
    next: reminderNext,
    statuses: ['unmatched', 'told'],
    text: [toldText, 'not told: `match` leaves out 1 entry', reminderText],
  },
  {
    title: 'all is ignored',
    memory: told(knows({[nginx]: knownEntry({filteredBy: 'ignore-rule'})}), null),
    due: [],
    next: null,
    statuses: ['ignore-rule'],
    text: ['no drift: 1 ignored by a rule of the config', 'no drift is known of it'],
  },
  {
    title: 'it failed once',
    memory: knows({[nginx]: knownEntry()}, {failing}),
    due: [],
    next: null,
    statuses: ['told'],
    text: [
      toldText,
      'not checked since 3 h, 1 run (error), last checked 3 h ago; told after 2 runs in a row',
      'no reminders of its drift until it is checked again',
    ],
  },
  {
    title: 'it failed often enough',
    memory: knows({[nginx]: knownEntry()}, {failing: {...failing, groups: 2}}),
    due: ['check-failed'],
    next: null,
    statuses: ['told'],
    text: [
      'due now, the next run tells it (check-failed)',
      toldText,
      'not checked since 3 h, 2 runs in a row (error), last checked 3 h ago',
      'no reminders of its drift until it is checked again',
    ],
  },
  {
    title: 'it fails, and that was told',
    memory: told(knows({}, {failing: {...failing, groups: 3}}), {
      entries: new Map(),
      reasons: ['check-failed'],
      failure: {codes: ['error'], toldAt: '2026-11-20T13:00:00Z'},
    }),
    due: [],
    next: {at: '2026-11-21T12:55:00Z', reasons: ['reminder']},
    statuses: [],
    text: [
      'told 3 h ago (check-failed)',
      'not checked since 3 h, 3 runs in a row (error), last checked 3 h ago; told 2 h ago',
      'no drift is known of it',
      'next: a reminder from 2026-11-21 12:55 UTC on if it is still there',
    ],
  },
  {
    title: 'it was never checked',
    memory: told(knows({}, {failing: {...failing, code: 'not-checked'}, lastCheckedAt: null}), null),
    due: [],
    next: null,
    statuses: [],
    text: ['not checked since 3 h, 1 run (not-checked); told after 2 runs in a row', 'no run has checked it yet'],
  },
  {
    title: 'it is gone, which is to be told',
    memory: knows({[nginx]: knownEntry()}, {goneSince: '2026-11-20T14:00:00Z'}),
    due: ['manifest-gone'],
    next: null,
    statuses: [],
    text: ['gone from tazuna.yaml since 1 h', 'due now, the next run tells it (manifest-gone)'],
  },
  {
    title: 'it is gone, which was told',
    memory: told(knows({}, {goneSince: '2026-11-20T11:00:00Z'}), {goneAt: '2026-11-20T12:00:00Z', entries: new Map()}),
    due: [],
    next: null,
    statuses: [],
    text: ['gone from tazuna.yaml since 4 h; told 3 h ago'],
  },
  {
    title: 'it was gone before the notifier joined',
    memory: told(knows({}, {goneSince: '2026-11-18T11:00:00Z'}), null),
    due: [],
    next: null,
    statuses: [],
    text: ['gone from tazuna.yaml since 2 d; not told: the notifier joined later'],
  },
  {
    title: 'State is missing nearly everywhere',
    memory: {
      ...told(drifted, null),
      massDrift: {kind: 'state-missing', since: '2026-11-20T12:00:00Z', manifests: ['web'], over: false},
    },
    due: [],
    next: null,
    statuses: ['new'],
    text: ['nothing is told of it while State is missing so widely'],
  },
  {
    title: 'too many entries to keep, told',
    memory: told(knows({}, {folded}), {entries: new Map(), folded: 'f'}),
    due: [],
    next: null,
    statuses: [],
    text: [
      'told 3 h ago (first-drift)',
      'too many entries to keep one by one (9,000 modified): any change of them is told as new',
    ],
  },
  {
    title: 'too many entries to keep, not told',
    memory: told(knows({}, {folded}), null),
    due: ['first-drift'],
    next: null,
    statuses: [],
    text: [
      'due now, the next run tells it (first-drift)',
      'too many entries to keep one by one (9,000 modified): the next run tells what is not told',
    ],
  },
]

import {parseDuration} from '../../src/duration.ts'
import type {NotifierRules} from '../../src/drift/notifier-rules.ts'
import {WatchError} from '../../src/errors.ts'
import {alertsWithout, openAlerts, type Alert} from '../../src/model/alert.ts'
import type {ErrorCode} from '../../src/model/error-code.ts'
import type {LastKnown} from '../../src/model/last-known.ts'
import type {Memory} from '../../src/model/memory.ts'
import type {Reason, Report} from '../../src/model/report.ts'
import {toEntryMatcher, type Match} from '../../src/notify/match.ts'
import type {Delivery, Notification, Notifier} from '../../src/notify/notifier.ts'
import {noMemory} from '../../src/memory/none.ts'
import type {Recovered} from '../../src/sink/recover-first-seen.ts'
import type {Sink} from '../../src/sink/sink.ts'
import {watch} from '../../src/watch.ts'
import {mapMemory, type MapMemory} from './map-memory.ts'
import {said} from './story-message.ts'
import {keyOf, readingOf, type ReadingFault, type Seen} from './story-reading.ts'

/** Durations as in the config, with its defaults but for failures, which are told at once. */
export type StoryNotifier = {
  readonly remindAfter?: string
  readonly changeInterval?: string
  readonly failuresBeforeNotice?: number
  readonly resolved?: boolean
  readonly match?: Match
  /** It can put a message below an older one; each is known by the id of its run. */
  readonly threads?: boolean
}

export type StoryOptions = {
  readonly notifiers?: Readonly<Record<string, StoryNotifier>>
  readonly minSightings?: number
  readonly graceAfterNewArtifact?: string
  /** `none`: nothing is kept. */
  readonly memory?: MapMemory | 'none'
  /** Names of sinks that get all open alerts; each wants to know of a failing at once. */
  readonly alertReceivers?: readonly string[]
}

export type StoryRun = ReadingFault & {
  readonly id?: string
  readonly group?: string
  /** Of the artifact; null for a folder. */
  readonly digest?: string | null
  /** The source cannot be opened, for this reason. */
  readonly error?: ErrorCode
  /** Rows that an ignore rule covers, `web/a`. */
  readonly ignore?: readonly string[]
  readonly dryRun?: boolean
  /** Happens while tazuna is read, after the memory was loaded. */
  readonly meanwhile?: () => Promise<unknown>
  /** Happens while a notifier is told. */
  readonly whileSending?: (name: string) => Promise<unknown>
  readonly interrupt?: AbortController
  /** What another place says of ages; there is none without it. */
  readonly recovered?: Recovered
}

/** A watch, run by run. Times are `09:00`, of the first day, or `+2 09:00`, two days later. */
export type Story = {
  /** One run; gives the reasons with which each notifier was told. */
  run(at: string, seen: Seen, run?: StoryRun): Promise<Record<string, readonly Reason[]>>
  /** What the message of the last run said to one notifier, line by line. */
  said(name: string): string[]
  message(name: string): Notification | undefined
  /** What a receiver of alerts was sent in the last run: `TazunaDrift web`, `TazunaWatchCheckFailed`. */
  alerts(name: string): {readonly open: string[]; readonly ended: string[]} | undefined
  refuse(...names: readonly string[]): void
  accept(...names: readonly string[]): void
  configure(notifiers: Readonly<Record<string, StoryNotifier>>): void
  mute(key: string, at: string, until: string): Promise<void>
  /** What is kept now. */
  known(): Promise<Memory>
  report(): Report
  warned(): string[]
  /** What the sinks were given in the last run; undefined if they were not asked. */
  lastKnown(): LastKnown | null | undefined
  readonly memory: MapMemory
}

export function watchOf({
  notifiers = {ops: {}},
  minSightings = 1,
  graceAfterNewArtifact = '',
  memory,
  alertReceivers = [],
}: StoryOptions = {}): Story {
  const store = memory === undefined || memory === 'none' ? mapMemory() : memory
  const refusing = new Set<string>()
  let configured = notifiers
  let runs = 0
  let messages = new Map<string, Notification>()
  let alerts = new Map<string, AlertsSent>()
  let report: Report | undefined
  let lastKnown: LastKnown | null | undefined

  async function run(at: string, seen: Seen, options: StoryRun = {}): Promise<Record<string, readonly Reason[]>> {
    const {digest = 'sha256:one', error, ignore = [], dryRun = false, recovered} = options
    runs += 1
    const {id = `run-${runs}`, group = id} = options
    const now = timeOf(at)
    const interrupt = options.interrupt ?? new AbortController()
    const sent = new Map<string, Notification>()
    const alerted = new Map<string, AlertsSent>()
    let given: LastKnown | null | undefined
    const done = await watch({
      run: {cluster: 'prod', watch: 'default', id, group, dryRun, version: '0.2.0', startedAt: now},
      memory: memory === 'none' ? noMemory() : store.open(),
      newMemoryKey: () => 'ab'.repeat(32),
      minSightings,
      graceAfterNewArtifact: parseDuration(graceAfterNewArtifact) ?? 0,
      notifiers: Object.entries(configured).map(([name, rules]) => ({
        rules: rulesOf(name, rules),
        notifier: notifierOf(name, async message => {
          sent.set(name, message)
          await options.whileSending?.(name)
          if (refusing.has(name)) return refused
          const standsByItself = rules.threads === true && message.thread === null
          return {ok: true, attempts: 1, ...(standsByItself && {reference: {to: name, channel: 'C1', id}})}
        }),
      })),
      recoverFirstSeen: recovered === undefined ? null : () => Promise.resolve(recovered),
      openSource: async () => {
        await options.meanwhile?.()
        if (error !== undefined) throw new WatchError(error, 'reading the source: it said no')
        const ref = digest === null ? '/tazuna' : 'oci://registry.test/tazuna:prod'
        return {
          report: {
            kind: 'oci',
            ref,
            digest,
            revision: null,
            createdAt: null,
            verifiedBy: [],
            url: null,
            previousDigest: null,
          },
          folder: '/tazuna',
          file: 'tazuna.yaml',
          [Symbol.asyncDispose]: () => Promise.resolve(),
        }
      },
      readState: () => Promise.resolve(readingOf(seen, options)),
      ignore: ignore.map(row => {
        const [manifest = '', name = ''] = row.split('/')
        const resource = [`/v1/ConfigMap/${manifest}/${name}`]
        return {manifest: [manifest], resource, diffType: null, reason: 'known', until: null}
      }),
      warnings: [],
      links: {runbookUrl: null, reportUrl: null},
      redact: text => text,
      clock: () => now,
      onEvent: () => undefined,
      timeLeft: () => 60_000,
      interrupt: interrupt.signal,
      readingSignal: interrupt.signal,
      deliverySignal: interrupt.signal,
      sinks: [
        {
          name: 'test',
          type: 'test',
          render: (_report, known) => {
            given = known
            return null
          },
          show: () => null,
          send: () => Promise.resolve({ok: true, attempts: 1}),
        },
        ...alertReceivers.map(name => alertSink(name, alerted, refusing)),
      ],
    })
    report = done
    messages = sent
    alerts = alerted
    lastKnown = given
    const told = done.notifications.filter(({role, delivery}) => role === 'notifier' && delivery === 'delivered')
    return Object.fromEntries(told.map(({name, reasons}) => [name, reasons]))
  }

  return {
    run,
    said: name => {
      const message = messages.get(name)
      return message === undefined ? [] : said(message)
    },
    message: name => messages.get(name),
    alerts: name => alerts.get(name),
    refuse: (...names) => names.forEach(name => refusing.add(name)),
    accept: (...names) => names.forEach(name => refusing.delete(name)),
    configure: notifiers => (configured = notifiers),
    mute: (key, at, until) => {
      const mute = {key: keyed(key), reason: 'known', createdAt: stamp(at), until: stamp(until), content: null}
      return store.change(kept => ({...kept, mutes: [...kept.mutes, mute]}))
    },
    known: async () => {
      const kept = await store.read()
      if (kept === null) throw new Error('nothing is kept')
      return kept
    },
    report: () => report!,
    warned: () => report!.warnings.map(({code}) => code),
    lastKnown: () => lastKnown,
    memory: store,
  }
}

type AlertsSent = {readonly open: string[]; readonly ended: string[]}

function alertSink(name: string, alerted: Map<string, AlertsSent>, refusing: ReadonlySet<string>): Sink {
  const alertReceiver = {id: name, failuresBeforeNotice: 1}
  return {
    name,
    type: 'test',
    alertReceiver,
    render: (_report, known) => known,
    show: () => null,
    send: payload => {
      const known = payload as LastKnown
      const open = openAlerts(known, alertReceiver)
      const ended = alertsWithout(known.endedAlerts.get(name) ?? [], open)
      alerted.set(name, {open: open.map(alertName), ended: ended.map(alertName)})
      return Promise.resolve(refusing.has(name) ? refused : {ok: true, attempts: 1})
    },
  }
}

function alertName({name, manifest}: Alert): string {
  return manifest === null ? name : `${name} ${manifest}`
}

const refused: Delivery = {ok: false, attempts: 4, retryable: true, detail: 'it answered 503'}

/** Durations of the config as the rules of a notifier. */
export function rulesOf(name: string, notifier: StoryNotifier = {}): NotifierRules {
  const {remindAfter = '24h', changeInterval = '6h', failuresBeforeNotice = 1, resolved = false, match} = notifier
  return {
    name,
    matches: toEntryMatcher(match),
    remindAfter: parseDuration(remindAfter)!,
    changeInterval: parseDuration(changeInterval)!,
    failuresBeforeNotice,
    resolved,
  }
}

/** `09:00`, `09:00:30` or `+2 09:00` as a time. */
export function timeOf(at: string): Date {
  const [, days = '0', time = ''] = /^(?:\+(\d+) )?(\d\d:\d\d(?::\d\d)?)$/.exec(at) ?? []
  const midnight = Date.parse('2026-11-21T00:00:00Z') + Number(days) * 86_400_000
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  return new Date(midnight + ((hours * 60 + minutes) * 60 + seconds) * 1000)
}

/** The same as it is kept. */
export function stamp(at: string): string {
  return timeOf(at).toISOString().replace('.000Z', 'Z')
}

/** `web/a` is the ConfigMap `a` of `web`, `web` the whole Manifest. */
function keyed(key: string): string {
  const [manifest = '', row] = key.split('/')
  return row === undefined ? manifest : keyOf(manifest, row)
}

function notifierOf(name: string, send: (message: Notification) => Promise<Delivery>): Notifier {
  return {name, type: 'test', render: message => message, send: payload => send(payload as Notification)}
}

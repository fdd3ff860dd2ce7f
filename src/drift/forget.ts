import type {KnownManifest, Memory, NotificationLog} from '../model/memory.ts'
import type {NotifierRules} from './notifier-rules.ts'

const days = 24 * 60 * 60 * 1000
const unusedLog = 30 * days
const goneRecord = 30 * days
/** An entry proven absent is remembered for as long as any notifier may take it for flapping, and at least so long. */
const absentRecord = 6 * 60 * 60 * 1000
const everything = {manifest: () => true}

/** The memory without what nobody needs any more: old logs, gone Manifests that all were told of, absent entries. */
export function forget(memory: Memory, rules: readonly NotifierRules[], now: Date): Memory {
  const isOlder = (time: string, age: number) => now.getTime() - Date.parse(time) >= age
  const notifiers = new Map([...memory.notifiers].filter(([, log]) => !isOlder(log.configuredAt, unusedLog)))
  const keepAbsent = Math.max(absentRecord, ...rules.map(({changeInterval}) => changeInterval))
  // of one that only this config does not have it is not known what it matches
  const told = [...notifiers.keys()].map(name => rules.find(rule => rule.name === name) ?? {name, matches: everything})
  const manifests = [...memory.manifests].flatMap(([name, known]) => {
    const {goneSince} = known
    const isForgotten =
      goneSince !== null &&
      isOlder(goneSince, goneRecord) &&
      !told.some(notifier => awaitsGone(name, goneSince, notifier, notifiers))
    if (isForgotten) return []
    return [[name, withoutAbsent(name, known, notifiers, time => isOlder(time, keepAbsent))] as const]
  })
  return {...memory, notifiers, manifests: new Map(manifests)}
}

/** Whether a notifier is still to be told that a Manifest is gone. One that joined later is not. */
export function awaitsGone(
  name: string,
  goneSince: string,
  {name: notifier, matches}: Pick<NotifierRules, 'name'> & {matches: Pick<NotifierRules['matches'], 'manifest'>},
  logs: ReadonlyMap<string, NotificationLog>,
): boolean {
  const log = logs.get(notifier)
  if (log === undefined || log.joinedAt > goneSince || !matches.manifest(name)) return false
  const goneAt = log.manifests.get(name)?.goneAt ?? null
  // told of an earlier time that it went
  return goneAt === null || goneAt < goneSince
}

function withoutAbsent(
  name: string,
  known: KnownManifest,
  logs: ReadonlyMap<string, NotificationLog>,
  isOld: (time: string) => boolean,
): KnownManifest {
  const told = [...logs.values()].flatMap(log => log.manifests.get(name)?.entries ?? [])
  const failedSince = [...logs.values()].flatMap(log => log.failedSince ?? [])
  const isNeeded = (key: string, absentSince: string) =>
    // a notifier that could not be told may still want to hear that it came and went
    told.some(entries => entries.has(key)) || failedSince.some(since => since <= absentSince)
  const dropped = new Set(
    [...known.entries].flatMap(([key, {absentSince}]) =>
      absentSince !== null && isOld(absentSince) && !isNeeded(key, absentSince) ? [key] : [],
    ),
  )
  if (dropped.size === 0) return known
  return {...known, entries: new Map([...known.entries].filter(([key]) => !dropped.has(key)))}
}

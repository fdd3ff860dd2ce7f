import {contentOf} from '../drift/mutes.ts'
import {UsageError} from '../errors.ts'
import type {ExitCode} from '../model/exit-code.ts'
import type {Memory, Mute} from '../model/memory.ts'
import {toTimestamp} from '../model/time.ts'
import {utc} from '../report/age.ts'
import {disarm} from '../report/disarm.ts'
import {printableLine} from '../report/printable.ts'
import {countedEntries} from '../report/wording.ts'
import {wrap} from '../report/wrap.ts'
import type {CommandContext} from './context.ts'
import {didYouMean, isNameOf, nearestKeys} from './nearest-keys.ts'
import {textOptions} from './text-options.ts'
import {withMemory, type MemoryFlags} from './with-memory.ts'

export type MuteFlags = MemoryFlags & {
  /** Milliseconds. */
  readonly for: number
  readonly reason: string
}

/**
 * Keeps all notifiers silent of a State key, or of a whole Manifest, for a while; a new mute takes the place of an older
 * one. An entry may be called as reports call it. A run that is at work does not matter. Throws `UsageError` without a
 * reason and for a name of several entries, and what `withMemory` throws.
 */
export async function mute(word: string, flags: MuteFlags, context: CommandContext): Promise<ExitCode> {
  const reason = flags.reason.trim()
  if (word === '') throw new UsageError('muting: the key is empty', 'name a State key or a Manifest')
  if (reason === '') throw new UsageError(`muting ${word}: the reason is empty`, 'say why, for those who wonder later')
  const now = context.clock()
  const until = toTimestamp(new Date(now.getTime() + flags.for))
  const text = await withMemory(flags, context, async ({store, log, change}) => {
    let key = word
    const changed = await change(`muting ${word}`, memory => {
      key = meantKey(word, memory)
      const content = contentOf(key, memory.manifests)
      const own: Mute = {key, reason, createdAt: toTimestamp(now), until, content: content.size === 0 ? null : content}
      return {...memory, mutes: [...memory.mutes.filter(mute => mute.key !== key), own]}
    })
    const known = [...knownKeys(changed)]
    if (!known.includes(key)) log.warning('UNKNOWN_KEY', unknownText(key, known))
    const meant = key === word ? [] : [`${printableLine(word)} is ${printableLine(key)}.`]
    return [...meant, ...mutedText(key, until, changed, store)]
  })
  const {width} = textOptions(context)
  await context.stdout.write(disarm(text.map(line => `${wrap(line, width, 2, 0)}\n`).join('')))
  return 0
}

/** What is known by this name stands for itself; else the one entry that is there and is called so. */
function meantKey(word: string, memory: Memory): string {
  const known = new Set(knownKeys(memory))
  if (known.has(word)) return word
  const present = [...memory.manifests].filter(([, {goneSince}]) => goneSince === null)
  const meant = present.flatMap(([name, {entries}]) =>
    [...entries]
      .filter(([key, {absentSince}]) => absentSince === null && isNameOf(word, name, key))
      .map(([key]) => key),
  )
  if (meant.length > 1) {
    throw new UsageError(`muting ${word}: several State keys are called so`, `name one of them: ${meant.join(', ')}`)
  }
  return meant[0] ?? word
}

/** The names of all Manifests, and the State keys of all that was seen of them. */
function* knownKeys({manifests}: Memory): Generator<string> {
  yield* manifests.keys()
  for (const {entries} of manifests.values()) yield* entries.keys()
}

function unknownText(key: string, known: readonly string[]): string {
  const nearest = didYouMean(nearestKeys(key, known))
  return `no run has seen ${key}${nearest === '' ? '' : `; ${nearest}`}`
}

function mutedText(key: string, until: string, {mutes, manifests}: Memory, store: string): string[] {
  const open = mutes.find(mute => mute.key === key)?.content ?? null
  const isManifest = manifests.has(key)
  const what = open === null ? 'nothing of it is open now' : `${countedEntries(open.size)} now`
  const end = isManifest
    ? 'diff type or content of one of them changes, or a new one comes'
    : 'its diff type or content changes'
  return [
    `muted ${printableLine(key)} until ${utc(until)}: ${what} (${printableLine(store)})`,
    open === null
      ? 'It is about the first drift that is seen of it, and ends when that changes. Only notifiers are silent: outcome, counts and metrics stay.'
      : `It ends before that when ${end}. Only notifiers are silent: outcome, counts and metrics stay.`,
  ]
}

import type {MemoryStore, MemoryTrouble, Version} from './memory/memory-store.ts'
import type {Memory} from './model/memory.ts'
import type {Observed} from './observe.ts'
import type {Recovered} from './sink/recover-first-seen.ts'
import type {ReportWarning} from './model/report.ts'

export type RecallOptions = {
  readonly memory: MemoryStore
  /** When drift was first seen, as another place than the memory knows it; null without one. */
  readonly recoverFirstSeen: ((signal: AbortSignal) => Promise<Recovered>) | null
  readonly readingSignal: AbortSignal
}

/** The memory as loaded; `store` is null where nothing can be kept: such a run knows no other. */
export type Recalled = {
  readonly state: 'recalled'
  readonly store: MemoryStore | null
  readonly memory: Memory | null
  readonly version: Version
  readonly warnings: readonly ReportWarning[]
}

/** The memory before the reading. One that cannot be used does not stop the run; one that may be there again soon does. */
export async function recall({memory: store, readingSignal}: RecallOptions): Promise<Recalled | MemoryTrouble> {
  const nothing = {state: 'recalled', store: null, memory: null, version: null} as const
  if (!store.keeps) return {...nothing, warnings: []}
  const loaded = await store.load(readingSignal)
  if (loaded.state !== 'loaded') {
    return loaded.state === 'unreachable' ? loaded : {...nothing, warnings: [memoryWarning(loaded)]}
  }
  return {state: 'recalled', store, memory: loaded.memory, version: loaded.version, warnings: []}
}

/** A memory that cannot be used stops no run: each says so, and what to do. */
export function memoryWarning({message, hint}: MemoryTrouble): ReportWarning {
  return {code: 'MEMORY_UNAVAILABLE', message: `${message} (${hint})`}
}

/** What was seen, with ages from another place where the memory has none. */
export type Aged = Observed & {
  /** False: what would be said of ages is wrong, so nothing that rests on it may be exported. */
  readonly agesKnown: boolean
}

/**
 * Asks another place since when there is drift, where the memory does not know: it is new, or was lost. Begun before the
 * reading, which takes longer; never rejects.
 */
export function askForAges(
  {memory}: Recalled,
  {memory: store, recoverFirstSeen, readingSignal}: RecallOptions,
): Promise<Recovered> | null {
  const hasAges = memory !== null && memory.lastSuccessAt !== null && !memory.agesLost
  return recoverFirstSeen === null || hasAges || !store.keeps ? null : recoverFirstSeen(readingSignal)
}

/** A memory that is new or was lost does not make drift young: another place may know since when it is there. */
export async function recoverAges(
  {report, seen}: Observed,
  {store, memory}: Recalled,
  asked: Promise<Recovered> | null,
): Promise<Aged> {
  const isDrifted = seen.entries.some(({filteredBy}) => filteredBy === null)
  if (asked === null || !isDrifted) {
    const agesLost = memory?.agesLost === true
    return {report, seen: {...seen, agesLost}, agesKnown: store !== null && !agesLost}
  }
  const recovered = await asked
  if (recovered.state === 'absent') return {report, seen, agesKnown: true}
  if (recovered.state === 'read') return {report, seen: {...seen, recovered: recovered.firstSeen}, agesKnown: true}
  const message = `since when there is drift is not known: ${recovered.message}`
  const warnings = [...report.warnings, {code: 'FIRST_SEEN_UNKNOWN', message}]
  return {report: {...report, warnings}, seen: {...seen, agesLost: true}, agesKnown: true}
}

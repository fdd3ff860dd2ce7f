import {decodeMemory} from '../../src/memory/decode.ts'
import {encodeMemory} from '../../src/memory/encode.ts'
import {fold, foldedNames} from '../../src/memory/fold.ts'
import type {Loaded, MemoryStore, MemoryTrouble, Saved, Version} from '../../src/memory/memory-store.ts'
import type {Memory} from '../../src/model/memory.ts'

/** How a call ends instead: `lost` saves, but nobody hears of it. */
export type Answer = 'ok' | 'unreachable' | 'unusable' | 'conflict' | 'lost'
type Call = 'load' | 'save'

/** A memory in this process: the port with compare-and-set, and the text that the other stores keep, too. */
export type MapMemory = {
  /** A store as a run opens it. */
  open(): MemoryStore
  /** What is kept; null where nothing is. Throws if it cannot be read back. */
  read(): Promise<Memory | null>
  /** Keeps another memory, as another run or command would. */
  keep(memory: Memory): void
  change(edit: (memory: Memory) => Memory): Promise<void>
  lose(): void
  /** How the next calls of a kind end; those after them end well. */
  next(call: Call, ...answers: readonly Answer[]): void
  /** Called once, just before the next save. */
  beforeSave(act: () => Promise<void>): void
  /** Folds the largest Manifests where more entries than these are to be kept. */
  foldAbove(entries: number): void
  /** `load`, and `save`, `save, claimed` or what became of it instead; in order. */
  readonly calls: string[]
}

/** The memory of `prod`/`default`. */
export function mapMemory(): MapMemory {
  const kept = new Map<string, {text: string; version: Version}>()
  const answers: Record<Call, Answer[]> = {load: [], save: []}
  const calls: string[] = []
  let hook: (() => Promise<void>) | null = null
  let limit = Number.POSITIVE_INFINITY
  let saves = 0

  const read = async (): Promise<Memory | null> => {
    const found = kept.get('memory')
    if (found === undefined) return null
    const decoded = await decodeMemory(found.text, {cluster: 'prod', watch: 'default'}, 'lose it')
    if ('problem' in decoded) throw new Error(decoded.problem)
    return decoded.memory
  }
  const keep = (memory: Memory): Version => {
    saves += 1
    const version = `v${saves}`
    kept.set('memory', {text: encodeMemory(memory, '0.2.0'), version})
    return version
  }
  const load = async (): Promise<Loaded> => {
    const answer = answers.load.shift() ?? 'ok'
    calls.push(answer === 'ok' ? 'load' : `load: ${answer}`)
    if (answer === 'unreachable' || answer === 'unusable') return trouble(answer)
    return {state: 'loaded', memory: await read(), version: kept.get('memory')?.version ?? null}
  }
  const save = async (memory: Memory, version: Version): Promise<Saved> => {
    const act = hook
    hook = null
    await act?.()
    const answer = answers.save.shift() ?? 'ok'
    const isCurrent = (kept.get('memory')?.version ?? null) === version
    const conflicts = answer === 'conflict' || (!isCurrent && answer === 'ok')
    const how = conflicts ? 'save: conflict' : answer === 'ok' ? 'save' : `save: ${answer}`
    calls.push(memory.claim === null ? how : `${how}, claimed`)
    if (conflicts) return {state: 'conflict'}
    if (answer === 'unreachable' || answer === 'unusable') return trouble(answer)
    const folded = fold(memory, limit, countEntries)
    const saved = keep(folded)
    return answer === 'lost' ? trouble('unreachable') : {state: 'saved', version: saved, folded: foldedNames(folded)}
  }
  return {
    open: () => ({keeps: true, description: 'map memory', load, save, close: () => Promise.resolve()}),
    read,
    keep,
    change: async edit => {
      const memory = await read()
      if (memory === null) throw new Error('there is no memory to change')
      keep(edit(memory))
    },
    lose: () => kept.clear(),
    next: (call, ...more) => answers[call].push(...more),
    beforeSave: act => (hook = act),
    foldAbove: entries => (limit = entries),
    calls,
  }
}

function trouble(state: MemoryTrouble['state']): MemoryTrouble {
  return {state, message: `the map memory is ${state}`, hint: 'look at the test'}
}

function countEntries({manifests}: Memory): number {
  return [...manifests.values()].reduce((sum, {entries}) => sum + entries.size, 0)
}

import type {Memory} from '../../src/model/memory.ts'
import type {Loaded, MemoryStore, MemoryTrouble, Saved, Version} from '../../src/memory/memory-store.ts'

/** What is kept, in this process: compare-and-set, and nothing of it is shared with a run. */
export type Kept = {
  memory: Memory | null
  version: Version
  /** Corrupt, or of another watch. */
  spoilt: boolean
  readonly past: {readonly memory: Memory | null; readonly version: Version}[]
  saves: number
}

export type Hooks = {
  /** Awaited before each call; may never come back. */
  before: (call: 'load' | 'save', memory: Memory | null) => Promise<void>
  after: (call: 'load' | 'save') => Promise<void>
  /** What happens instead. `unreachable, saved` saves, and answers as `unreachable`. */
  fault: (
    call: 'load' | 'save',
    memory: Memory | null,
  ) => 'unreachable' | 'unreachable, saved' | 'conflict' | 'unusable' | null
  loaded: (loaded: Loaded) => void
  /** Called at the moment in which what is kept changes. */
  saved: (memory: Memory, replaced: Memory | null, version: Version) => void
  answered: (saved: Saved) => void
}

export function newKept(): Kept {
  return {memory: null, version: null, spoilt: false, past: [], saves: 0}
}

/** Replaces what is kept; returns the new version. */
export function keep(kept: Kept, memory: Memory | null): Version {
  kept.past.push({memory: kept.memory, version: kept.version})
  kept.saves += 1
  kept.memory = memory
  kept.version = `v${kept.saves}`
  return kept.version
}

/** The port of one run. */
export function storeOf(kept: Kept, hooks: Hooks): MemoryStore {
  return {
    keeps: true,
    description: 'memory of the simulation',
    load: async () => {
      await hooks.before('load', null)
      const fault = hooks.fault('load', null)
      const loaded: Loaded =
        fault === 'unreachable' || fault === 'unusable'
          ? trouble(fault)
          : kept.spoilt
            ? trouble('unusable')
            : {state: 'loaded', memory: structuredClone(kept.memory), version: kept.version}
      hooks.loaded(loaded)
      await hooks.after('load')
      return loaded
    },
    save: async (memory, version) => {
      await hooks.before('save', memory)
      const saved = save(kept, structuredClone(memory), version, hooks)
      hooks.answered(saved)
      await hooks.after('save')
      return saved
    },
    close: async () => undefined,
  }
}

function save(kept: Kept, memory: Memory, version: Version, hooks: Hooks): Saved {
  const fault = hooks.fault('save', memory)
  if (fault === 'conflict') return {state: 'conflict'}
  if (fault === 'unreachable' || fault === 'unusable') return trouble(fault)
  if (kept.spoilt) return trouble('unusable')
  if (kept.version !== version) return fault === null ? {state: 'conflict'} : trouble('unreachable')
  const replaced = kept.memory
  const saved = keep(kept, memory)
  hooks.saved(memory, replaced, saved)
  return fault === null ? {state: 'saved', version: saved, folded: []} : trouble('unreachable')
}

function trouble(state: 'unusable' | 'unreachable'): MemoryTrouble {
  return {state, message: `the memory is ${state}`, hint: 'wait'}
}

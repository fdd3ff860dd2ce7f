import {randomBytes} from 'node:crypto'

import type {PartialConfig} from '../config/config.ts'
import {readConfig, type ConfigFlags} from '../config/load.ts'
import {UsageError, WatchError} from '../errors.ts'
import type {Log, LogFlags} from '../log.ts'
import type {MemoryStore, MemoryTrouble, Version} from '../memory/memory-store.ts'
import {openMemory} from '../memory/open-memory.ts'
import {emptyMemory, type Memory} from '../model/memory.ts'
import {openConsole} from './console.ts'
import type {CommandContext} from './context.ts'
import {toMemoryOptions} from './memory-options.ts'

export type MemoryFlags = ConfigFlags & LogFlags

/** The memory of one watch, opened for a command. */
export type OpenedMemory = {
  readonly config: PartialConfig & {readonly cluster: string}
  /** Where it is kept, for people: `file /path`. */
  readonly store: string
  readonly log: Log
  /** Nothing is drawn on stderr afterwards: before a question. */
  readonly stopProgress: () => void
  /** Null where nothing is kept yet. Throws `MEMORY_UNAVAILABLE` and `MEMORY_UNREACHABLE`. */
  readonly load: () => Promise<Memory | null>
  /**
   * Saves what `change` makes of what is kept; another process that saves meanwhile makes it try again, with what that
   * one saved. Throws as `load` does, and `MEMORY_BUSY` when it never came to it.
   */
  readonly change: (doing: string, change: (memory: Memory) => Memory) => Promise<Memory>
}

const saveAttempts = 5
const timeout = 15_000

/**
 * Runs a command on the memory that a run with the same config and flags would use. Throws `CONFIG_INVALID`, and
 * `UsageError` where there is no memory.
 */
export async function withMemory<Result>(
  flags: MemoryFlags,
  context: CommandContext,
  use: (opened: OpenedMemory) => Promise<Result>,
): Promise<Result> {
  const {env, cwd, interrupt} = context
  const loaded = await readConfig({flags, env, cwd}, ['cluster'])
  const config = {...loaded.config, cluster: loaded.config.cluster!}
  const console = openConsole(flags, context)
  const store = await openMemory(toMemoryOptions(config, console, context))
  try {
    if (!store.keeps) {
      const hint = 'choose another store: memory.store, --memory or TAZUNA_WATCH_MEMORY'
      throw new UsageError(
        `opening the memory of ${config.cluster}, ${config.watch}: there is no memory, the store is none`,
        hint,
      )
    }
    const signal = () => AbortSignal.any([interrupt, AbortSignal.timeout(timeout)])
    const load = async () => await loadOrThrow(store, signal())
    return await use({
      config,
      store: store.description,
      log: console.log,
      stopProgress: console.stopProgress,
      load: async () => (await load()).memory,
      change: async (doing, change) => {
        for (let attempt = 1; attempt <= saveAttempts; attempt += 1) {
          const {memory, version} = await load()
          const changed = change(memory ?? newMemory(config))
          const saved = await store.save(changed, version, signal())
          if (saved.state === 'saved') return changed
          if (saved.state !== 'conflict') throw toError(saved)
        }
        throw neverSaved(doing, store.description)
      },
    })
  } finally {
    console.stopProgress()
    await store.close()
  }
}

type Loaded = {readonly memory: Memory | null; readonly version: Version}

async function loadOrThrow(store: MemoryStore, signal: AbortSignal): Promise<Loaded> {
  const loaded = await store.load(signal)
  if (loaded.state !== 'loaded') throw toError(loaded)
  return loaded
}

function toError({state, message, hint}: MemoryTrouble): WatchError {
  return new WatchError(state === 'unusable' ? 'MEMORY_UNAVAILABLE' : 'MEMORY_UNREACHABLE', message, {hint})
}

function neverSaved(doing: string, store: string): WatchError {
  const message = `${doing} in ${store}: ${saveAttempts} times somebody else saved first`
  return new WatchError('MEMORY_BUSY', message, {hint: 'nothing was changed; try it again'})
}

/** The memory before the first run. */
export function newMemory({cluster, watch}: OpenedMemory['config']): Memory {
  return emptyMemory(cluster, watch, randomBytes(32).toString('hex'))
}

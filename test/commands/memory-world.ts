import {join} from 'node:path'
import {Readable} from 'node:stream'

import type {CommandContext} from '../../src/commands/context.ts'
import {fileMemory} from '../../src/memory/file.ts'
import type {MemoryStore} from '../../src/memory/memory-store.ts'
import type {Memory} from '../../src/model/memory.ts'
import {capturedOutput} from '../support/captured-output.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'

export type Said = {readonly stdout: string; readonly stderr: string}

/** A folder with the memory of `prod`, and what a command needs to be called in this process. */
export type MemoryWorld = AsyncDisposable & {
  readonly dir: TempDir
  readonly path: string
  readonly store: MemoryStore
  readonly flags: {readonly cluster: string}
  readonly said: () => Said
  context(changes?: Partial<CommandContext>): CommandContext
  load(): Promise<Memory | null>
  keep(memory: Memory): Promise<void>
}

export const now = new Date('2026-11-20T15:00:00Z')

export async function memoryWorld(): Promise<MemoryWorld> {
  const dir = await tempDir()
  const path = join(dir.path, 'memory.json')
  const store = fileMemory({path, cluster: 'prod', watch: 'default', writtenBy: 'test', clock: () => new Date()})
  const signal = new AbortController().signal
  let [stdout, stderr] = ['', '']
  const load = async () => {
    const loaded = await store.load(signal)
    if (loaded.state !== 'loaded') throw new Error(loaded.message)
    return loaded
  }
  return {
    dir,
    path,
    store,
    flags: {cluster: 'prod'},
    said: () => ({stdout, stderr}),
    context: changes => ({
      env: {TAZUNA_WATCH_MEMORY: `file:${path}`},
      cwd: dir.path,
      stdout: capturedOutput(text => (stdout += text)),
      stderr: capturedOutput(text => (stderr += text)),
      stdin: Readable.from([]),
      interrupt: signal,
      clock: () => now,
      newId: () => 'id',
      version: 'test',
      ...changes,
    }),
    load: async () => (await load()).memory,
    async keep(memory) {
      const saved = await store.save(memory, (await load()).version, signal)
      if (saved.state !== 'saved') throw new Error(saved.state)
    },
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  }
}

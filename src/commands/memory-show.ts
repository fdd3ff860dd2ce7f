import {toMemoryView} from '../drift/to-memory-view.ts'
import type {ExitCode} from '../model/exit-code.ts'
import {jsonPieces} from '../report/json.ts'
import {renderMemory} from '../report/memory-text.ts'
import type {CommandContext} from './context.ts'
import {textOptions} from './text-options.ts'
import {newMemory, withMemory, type MemoryFlags} from './with-memory.ts'

export type MemoryShowFlags = MemoryFlags & {readonly format: 'text' | 'json'}

/** Prints what is remembered, and where. Throws what `withMemory` throws. */
export async function memoryShow(flags: MemoryShowFlags, context: CommandContext): Promise<ExitCode> {
  const view = await withMemory(flags, context, async ({config, store, load}) =>
    toMemoryView((await load()) ?? newMemory(config), store, context.clock()),
  )
  const pieces = flags.format === 'json' ? jsonPieces(view) : [renderMemory(view, textOptions(context))]
  for (const piece of pieces) await context.stdout.write(piece)
  return 0
}

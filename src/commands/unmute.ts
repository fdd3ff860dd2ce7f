import {UsageError} from '../errors.ts'
import type {ExitCode} from '../model/exit-code.ts'
import {disarm} from '../report/disarm.ts'
import {printableLine} from '../report/printable.ts'
import type {CommandContext} from './context.ts'
import {withMemory, type MemoryFlags} from './with-memory.ts'

/**
 * Ends a mute: what of it is open and untold is due at the next run. Throws `UsageError` when the key is not muted, and
 * what `withMemory` throws.
 */
export async function unmute(key: string, flags: MemoryFlags, context: CommandContext): Promise<ExitCode> {
  const where = await withMemory(flags, context, async ({store, change}) => {
    await change(`unmuting ${key}`, memory => {
      const mutes = memory.mutes.filter(mute => mute.key !== key)
      if (mutes.length === memory.mutes.length)
        throw notMuted(
          key,
          mutes.map(mute => mute.key),
          store,
        )
      return {...memory, mutes}
    })
    return store
  })
  const text = `unmuted ${printableLine(key)} (${printableLine(where)}): the next run tells what of it is open and was not told\n`
  await context.stdout.write(disarm(text))
  return 0
}

function notMuted(key: string, muted: readonly string[], store: string): UsageError {
  const hint = muted.length === 0 ? 'nothing is muted' : `muted: ${muted.join(', ')}`
  return new UsageError(`unmuting ${key}: it is not muted (${store})`, hint)
}

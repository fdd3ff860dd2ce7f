import {UsageError} from '../errors.ts'
import type {ExitCode} from '../model/exit-code.ts'
import type {Memory} from '../model/memory.ts'
import {disarm} from '../report/disarm.ts'
import {printableLine} from '../report/printable.ts'
import type {CommandContext} from './context.ts'
import {isNameOf} from './nearest-keys.ts'
import {withMemory, type MemoryFlags} from './with-memory.ts'

/**
 * Ends a mute: what of it is open and untold is due at the next run. As with `mute` an entry may be called as reports
 * call it. Throws `UsageError` when it is not muted, and what `withMemory` throws.
 */
export async function unmute(word: string, flags: MemoryFlags, context: CommandContext): Promise<ExitCode> {
  const {key, where} = await withMemory(flags, context, async ({store, change}) => {
    let key = word
    await change(`unmuting ${word}`, memory => {
      key = meantKey(word, memory.mutes)
      const mutes = memory.mutes.filter(mute => mute.key !== key)
      if (mutes.length === memory.mutes.length)
        throw notMuted(
          key,
          mutes.map(mute => mute.key),
          store,
        )
      return {...memory, mutes}
    })
    return {key, where: store}
  })
  const text = `unmuted ${printableLine(key)} (${printableLine(where)}): the next run tells what of it is open, also what was told before the mute\n`
  await context.stdout.write(disarm(text))
  return 0
}

function meantKey(word: string, mutes: Memory['mutes']): string {
  const keys = mutes.map(({key}) => key)
  if (keys.includes(word)) return word
  const meant = keys.filter(key => isNameOf(word, key.split('/', 1)[0]!, key))
  return meant.length === 1 ? meant[0]! : word
}

function notMuted(key: string, muted: readonly string[], store: string): UsageError {
  const hint = muted.length === 0 ? 'nothing is muted' : `muted: ${muted.join(', ')}`
  return new UsageError(`unmuting ${key}: it is not muted (${store})`, hint)
}

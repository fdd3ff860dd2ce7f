import {createInterface} from 'node:readline'

import {clampTimes} from '../drift/clamp-times.ts'
import {UsageError, WatchError} from '../errors.ts'
import type {ExitCode} from '../model/exit-code.ts'
import type {Memory} from '../model/memory.ts'
import {toTimestamp} from '../model/time.ts'
import {utc} from '../report/age.ts'
import {disarm} from '../report/disarm.ts'
import {printableLine} from '../report/printable.ts'
import {counted} from '../report/wording.ts'
import {wrap} from '../report/wrap.ts'
import type {CommandContext} from './context.ts'
import {textOptions} from './text-options.ts'
import {newMemory, withMemory, type MemoryFlags, type OpenedMemory} from './with-memory.ts'

export type MemoryResetFlags = MemoryFlags & {readonly yes: boolean}

/**
 * Forgets what is remembered, once somebody said yes: ages, what the notifiers were told, mutes. A memory that cannot be
 * used is not overwritten: it may be another watch's. Throws `UsageError` where nobody can be asked, `MEMORY_BUSY` while
 * a run is telling the notifiers, and what `withMemory` throws.
 */
export async function memoryReset(flags: MemoryResetFlags, context: CommandContext): Promise<ExitCode> {
  if (!flags.yes && !canAsk(context)) {
    throw new UsageError('resetting the memory: nobody can be asked here', 'add --yes if it shall be forgotten')
  }
  const text = await withMemory(flags, context, opened => reset(flags, context, opened))
  await context.stdout.write(disarm(`${wrap(text, textOptions(context).width, 2, 0)}\n`))
  return 0
}

async function reset({yes}: MemoryResetFlags, context: CommandContext, opened: OpenedMemory): Promise<string> {
  const {config, store, load, change, stopProgress} = opened
  const where = printableLine(store)
  const memory = await load().catch((error: unknown) => {
    throw withWayByHand(error, opened)
  })
  if (memory === null) return `There is nothing to forget: nothing was kept yet (${where}).`
  requireNoRun(memory, context.clock(), store)
  const question = `Forget ${contentText(memory)}? (${where})`
  if (!yes) {
    stopProgress()
    if (!(await confirm(question, context))) return `Nothing was forgotten (${where}).`
  }
  await change('resetting the memory', current => {
    requireNoRun(current, context.clock(), store)
    return newMemory(config)
  })
  return `Forgot ${contentText(memory)} (${where}). The next run tells every notifier all drift there is, in one digest.`
}

/** Such a run would write back what it knows. */
function requireNoRun(memory: Memory, now: Date, store: string): void {
  const {claim} = clampTimes(memory, now)
  if (claim === null || claim.until <= toTimestamp(now)) return
  const message = `resetting the memory in ${store}: run ${claim.run} is telling the notifiers, until ${utc(claim.until)} at the latest`
  throw new WatchError('MEMORY_BUSY', message, {hint: 'nothing was forgotten; try it again when that run has ended'})
}

function contentText({manifests, notifiers, mutes}: Memory): string {
  const logs = counted(notifiers.size, 'notifier')
  return `what is known of ${counted(manifests.size, 'Manifest')}, what ${logs} got, and ${counted(mutes.length, 'mute')}`
}

function canAsk({stdin, stdout}: CommandContext): boolean {
  return stdout.isTTY && 'isTTY' in stdin && stdin.isTTY === true
}

/** Only `y` and `yes` mean yes. Throws `CANCELLED`. */
async function confirm(question: string, {stdin, stderr, interrupt}: CommandContext): Promise<boolean> {
  await stderr.write(disarm(`${wrap(`${question} [y/N]`, Math.min(stderr.columns, 100) - 1, 2, 0)} `))
  const reader = createInterface({input: stdin, terminal: false})
  try {
    const answer = await new Promise<string>(resolve => {
      reader.once('line', resolve)
      reader.once('close', () => resolve(''))
      interrupt.addEventListener('abort', () => reader.close(), {once: true})
    })
    if (interrupt.aborted) throw new WatchError('CANCELLED', 'resetting the memory: interrupted')
    return /^y(?:es)?$/i.test(answer.trim())
  } finally {
    reader.close()
  }
}

/**
 * The hint of what is damaged or of a later version names the command that removes it. What is forbidden or of another
 * watch is not to be removed.
 */
function withWayByHand(error: unknown, opened: OpenedMemory): unknown {
  if (!(error instanceof WatchError) || error.code !== 'MEMORY_UNAVAILABLE') return error
  const [, other] = /^(.+), or [^,]+ to begin anew$/.exec(error.hint) ?? []
  if (other === undefined) return error
  const hint = `${other}, or begin anew: ${removingCommand(opened)}`
  return new WatchError(error.code, error.message, {cause: error, hint})
}

function removingCommand({config: {memory, tazuna}, store}: OpenedMemory): string {
  const place = memory.store === 'file' ? null : memory.configMap
  if (place === null) return `rm ${shellWord(store.replace(/^file /, ''))}`
  const flags = [
    ...(tazuna.kubeContext === null ? [] : ['--context', shellWord(tazuna.kubeContext)]),
    ...(place.namespace === null ? [] : ['-n', place.namespace]),
  ]
  const patch = `--type=merge -p '{"binaryData":{"memory.json.gz":null}}'`
  return ['kubectl patch configmap', place.name, ...flags, patch].join(' ')
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

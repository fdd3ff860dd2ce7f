import type {OnEvent} from '../event.ts'
import type {Log, LogFlags} from '../log.ts'
import {noProgress, terminalProgress, type Progress} from '../progress.ts'
import type {Secret} from '../secret.ts'
import {commandLog} from './command-log.ts'
import type {CommandContext} from './context.ts'
import {logEvent} from './log-event.ts'

/** What a command says on stderr while it is at work. */
export type Console = {
  /** Grows as secrets are read: the log hides them. */
  readonly secrets: Secret[]
  readonly log: Log
  /** Tells the log and the progress line. */
  readonly onEvent: OnEvent
  /** Ends the progress line; nothing is drawn afterwards. */
  readonly stopProgress: () => void
}

export function openConsole(flags: LogFlags, context: CommandContext): Console {
  const secrets: Secret[] = []
  const log = commandLog(flags, context, secrets)
  const progress = openProgress(flags, context)
  const onEvent: OnEvent = event => {
    progress.onEvent(event)
    logEvent(event, log)
  }
  return {secrets, log, onEvent, stopProgress: progress.stop}
}

/** Nothing is drawn between the lines of a log. */
function openProgress({logFormat, verbose}: LogFlags, {stderr, env}: CommandContext): Progress {
  const drawn = stderr.isTTY && !env['CI'] && env['TERM'] !== 'dumb' && logFormat !== 'json' && !verbose
  if (!drawn) return noProgress
  return terminalProgress(
    text => void stderr.write(text),
    () => stderr.columns,
  )
}

import {openLog, type Log, type LogFlags} from '../log.ts'
import {redactor, type Secret} from '../secret.ts'
import type {CommandContext} from './context.ts'

/** The log of a command, on stderr. It hides the secrets, also those that the list gets later. */
export function commandLog(flags: LogFlags, {stderr, clock}: CommandContext, secrets: readonly Secret[]): Log {
  return openLog({...flags, write: text => void stderr.write(text), clock, redact: redactor(secrets)})
}

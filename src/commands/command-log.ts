import {openLog, type Log, type LogFlags} from '../log.ts'
import {redactor, type Secret} from '../secret.ts'
import {quotedOutput} from '../sink/github-actions/quoted-output.ts'
import type {CommandContext} from './context.ts'

/**
 * The log of a command, on stderr. It hides the secrets, also those that the list gets later. In a workflow of GitHub
 * Actions nothing in it is a workflow command: what tazuna and others say is quoted there.
 */
export function commandLog(flags: LogFlags, context: CommandContext, secrets: readonly Secret[]): Log {
  const {stderr, clock, env, newId} = context
  const output = env['GITHUB_ACTIONS'] === 'true' ? quotedOutput(stderr, newId) : stderr
  return openLog({...flags, write: text => void output.write(text), clock, redact: redactor(secrets)})
}

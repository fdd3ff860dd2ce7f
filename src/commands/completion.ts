import type {Command} from 'commander'

import {renderCompletion, type Shell} from '../completion/render.ts'
import type {ExitCode} from '../model/exit-code.ts'
import type {CommandContext} from './context.ts'

/** Prints the completion script of a shell for these commands. */
export async function completion(shell: Shell, program: Command, {stdout}: CommandContext): Promise<ExitCode> {
  await stdout.write(renderCompletion(shell, program))
  return 0
}

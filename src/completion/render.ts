import type {Command} from 'commander'

import {renderBash} from './bash.ts'
import {toCompletedCommands} from './command-tree.ts'
import {renderFish} from './fish.ts'
import {renderZsh} from './zsh.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

const renderings = {bash: renderBash, zsh: renderZsh, fish: renderFish}

/** The script that completes commands, options and values of the program in a shell. */
export function renderCompletion(shell: Shell, program: Command): string {
  return renderings[shell](toCompletedCommands(program))
}

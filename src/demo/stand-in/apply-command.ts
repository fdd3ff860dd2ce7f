import {apply} from './apply.ts'
import type {CommandLine} from './command-line.ts'
import {TazunaError, type Era} from './go-error.ts'
import type {Knobs} from './knobs.ts'

/** The helper command `apply [--sync [--prune]]`: writes State into the folder of the knob `state`; prints nothing. */
export async function applyCommand(commandLine: CommandLine, knobs: Knobs, era: Era, now: Date): Promise<void> {
  const {file, environment, switches} = commandLine
  if (knobs.state === undefined) throw new TazunaError('the stand-in applies to a folder of State only: set its knob')
  const sync = switches.has('sync')
  const prune = switches.has('prune')
  if (prune && !sync) throw new TazunaError('prune requires sync mode')
  await apply({
    file,
    state: knobs.state,
    now: knobs.now ?? now.toISOString().replace(/\.\d+Z$/, 'Z'),
    commit: knobs.commit ?? '',
    environment,
    era,
    sync,
    prune,
  })
}

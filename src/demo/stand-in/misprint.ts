import {readFileSync} from 'node:fs'
import type {Faults, StateCommand} from './faults.ts'
import type {Era} from './go-error.ts'
import {helpText} from './help.ts'
import type {Knobs} from './knobs.ts'
import type {Output} from './output.ts'

/**
 * What the knobs print in front of the output, or in its place: noise, a flood, help, a replay. Returns the exit code
 * when that was all, else null.
 */
export async function misprint(
  output: Output,
  faults: Faults,
  command: StateCommand,
  knobs: Knobs,
  era: Era,
): Promise<number | null> {
  const {floodStdout = 0, floodStderr = 0} = knobs
  if (knobs.noise === true || floodStdout > 0 || floodStderr > 0) {
    const {flood, noiseLines} = await import('./noise.ts')
    if (knobs.noise === true) output.stderr(`${noiseLines.join('\n')}\n`)
    await flood(output, faults, command, {stdout: floodStdout, stderr: floodStderr})
  }
  if (knobs.help === true) {
    output.stdout(helpText('state', era))
    return 0
  }
  const replay =
    command === 'list'
      ? {stdout: knobs.replayListStdout, stderr: knobs.replayListStderr, exit: knobs.replayListExit}
      : {stdout: knobs.replayDiffStdout, stderr: knobs.replayDiffStderr, exit: knobs.replayDiffExit}
  if (replay.stdout === undefined && replay.stderr === undefined && replay.exit === undefined) return null
  if (replay.stdout !== undefined) output.stdout(readFileSync(replay.stdout))
  if (replay.stderr !== undefined) output.stderr(readFileSync(replay.stderr))
  await faults.at('$')
  return replay.exit ?? 0
}

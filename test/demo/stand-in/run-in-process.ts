import {toVariables, type Knobs} from '../../../src/demo/stand-in/knobs.ts'
import {runStandIn} from '../../../src/demo/stand-in/run.ts'

export type Printed = {readonly code: number; readonly stdout: string; readonly stderr: string}

/** Runs the stand-in without a process of its own. The clock stands at 2026-11-20T09:00:00Z. */
export async function run(
  argv: readonly string[],
  knobs: Knobs = {},
  env: Readonly<Record<string, string>> = {},
): Promise<Printed> {
  const stdout: Uint8Array[] = []
  const stderr: Uint8Array[] = []
  const code = await runStandIn({
    argv,
    env: {...env, ...toVariables(knobs)},
    cwd: '/some/folder',
    pid: 4711,
    output: {
      stdout: text => void stdout.push(Buffer.from(text)),
      stderr: text => void stderr.push(Buffer.from(text)),
    },
    signals: {on: () => undefined, die: () => undefined},
    now: () => new Date('2026-11-20T09:00:00Z'),
  })
  return {code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString()}
}

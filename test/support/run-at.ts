import {Readable} from 'node:stream'

import {run, type RunFlags} from '../../src/commands/run.ts'
import {Report} from '../../src/model/report.ts'
import {capturedOutput} from './captured-output.ts'
import type {World} from './world.ts'

let runs = 0

/**
 * A real run in this process, as if it were `now`: what a world's `run` does, but for the clock. It reads, remembers and
 * sends as always; `env` is added to that of the world.
 */
export async function runAt(world: World, now: Date, env: Record<string, string> = {}): Promise<Report> {
  let stdout = ''
  const started = Date.now()
  const flags: RunFlags = {format: 'json', failOn: [], dryRun: false}
  await run(flags, {
    env: {PATH: process.env['PATH'], ...world.env, ...env},
    cwd: world.dir.path,
    stdout: capturedOutput(text => (stdout += text)),
    stderr: capturedOutput(() => undefined),
    stdin: Readable.from([]),
    interrupt: new AbortController().signal,
    clock: () => new Date(now.getTime() + Date.now() - started),
    newId: () => `run-${(runs += 1)}`,
    version: '0.0.0-test',
  })
  return Report.parse(JSON.parse(stdout))
}

import {mkdtemp, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {readCalls, type Call} from '../../src/demo/stand-in/calls.ts'
import {toVariables, type Knobs} from '../../src/demo/stand-in/knobs.ts'
import {writeStandIn} from '../../src/demo/stand-in/wrapper.ts'

/** A stand-in for the `tazuna` executable, in a folder of its own that goes away with it. */
export type StandIn = AsyncDisposable & {
  /** Absolute path of the executable, which is named `tazuna`. */
  readonly command: string
  /** Its folder, for `PATH`. */
  readonly binDir: string
  /** The folder of State that it reads unless the knob `state` says otherwise; empty at first. */
  readonly stateDir: string
  /** The variables that carry the knobs: pass them to whatever starts the command. */
  readonly env: Record<string, string>
  /** The same stand-in with other knobs, for a later run; State and calls stay. */
  envWith(knobs: StandInOptions): Record<string, string>
  /** All calls so far, first call first. */
  calls(): Promise<Call[]>
}

/** The knobs (src/demo/stand-in/knobs.ts says what each does); `state: null` makes it ask the API server. */
export type StandInOptions = Omit<Knobs, 'state'> & {readonly state?: string | null}

/** Makes a stand-in that runs from the sources, without a build. Every call is recorded. */
export async function standIn(options: StandInOptions = {}): Promise<StandIn> {
  const folder = await mkdtemp(join(tmpdir(), 'stand-in-'))
  const binDir = join(folder, 'bin')
  const stateDir = join(folder, 'state')
  const callsFile = join(folder, 'calls.jsonl')
  const command = await writeStandIn(binDir, process.execPath)

  function envWith({state = stateDir, ...knobs}: StandInOptions): Record<string, string> {
    return toVariables({calls: callsFile, ...knobs, ...(state !== null && {state})})
  }

  return {
    command,
    binDir,
    stateDir,
    env: envWith(options),
    envWith,
    calls: () => Promise.resolve(readCalls(callsFile)),
    [Symbol.asyncDispose]: () => rm(folder, {recursive: true, force: true}),
  }
}

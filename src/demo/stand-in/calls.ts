import {appendFileSync, readFileSync} from 'node:fs'

/** One recorded call of the stand-in. */
export type Call = {
  /** `list` or `diff` of `state`, `version`, `apply`, `root help`, `state help`. */
  readonly command: string
  readonly argv: readonly string[]
  readonly cwd: string
  readonly pid: number
  /** Of the child that the knob `grandchild` asks for. */
  readonly grandchildPid: number | null
  /** The variables that the knob `callsEnv` names, as far as they are set. */
  readonly env: Readonly<Record<string, string>>
  /** All variables, sorted; without values. */
  readonly envNames: readonly string[]
}

/** Adds a call to the file. */
export function recordCall(file: string, call: Call): void {
  appendFileSync(file, `${JSON.stringify(call)}\n`)
}

/** The calls in such a file, first call first; empty when there is no file yet. */
export function readCalls(file: string): Call[] {
  let text = ''
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as Call)
}

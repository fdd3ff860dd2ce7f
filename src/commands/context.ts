import type {Readable} from 'node:stream'

/** What a command gets from the process: so that it can be called many times in one, and tested without one. */
export type CommandContext = {
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly stdout: Output
  readonly stderr: Output
  readonly stdin: Readable
  /** Aborted by TERM, INT and HUP; the reason is the name of the signal. */
  readonly interrupt: AbortSignal
  readonly clock: () => Date
  readonly newId: () => string
  readonly version: string
}

export type Output = {
  /** Resolves once the text was taken, so that nothing is cut when the process ends. */
  write(text: string): Promise<void>
  readonly isTTY: boolean
  readonly columns: number
}

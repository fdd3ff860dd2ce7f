import type {CommandLine} from './command-line.ts'
import type {Faults} from './faults.ts'
import type {Era} from './go-error.ts'
import type {Output} from './output.ts'
import type {LogLevel, Attributes} from './slog.ts'

/** What a command of the stand-in works with. `folderOfState` is null when the API server is asked. */
export type Session = {
  readonly commandLine: CommandLine
  readonly era: Era
  readonly dialect: 'code' | 'documentation'
  readonly version: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly folderOfState: string | null
  readonly serviceAccount: string | null
  readonly output: Output
  readonly faults: Faults
  readonly signal: AbortSignal
  log(level: LogLevel, message: string, attributes: Attributes): void
}

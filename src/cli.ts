import {randomUUID} from 'node:crypto'

import {CommanderError, type Command} from 'commander'

import packageJson from '../package.json' with {type: 'json'}
import {commandLog} from './commands/command-log.ts'
import type {CommandContext, Output} from './commands/context.ts'
import {interruptOf} from './commands/interrupt.ts'
import {UsageError, WatchError, errorText} from './errors.ts'
import type {Log, LogFlags} from './log.ts'
import {errorCodes} from './model/error-code.ts'
import {foremostExitCode, type ExitCode} from './model/exit-code.ts'
import {missingCommand, requireKnownCommand, toProgram} from './program.ts'
import {watchedStdout, type Stdout} from './stdout.ts'

/** From the process to a command and back: parses argv, prints what a command could not, and sets the exit code. */
export async function main(process: NodeJS.Process): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), toContext(process))
}

/** What a command gets, and what became of its output. */
type ProcessContext = CommandContext & {readonly stdout: Stdout}

/** Runs one command line. Nothing but this decides on the exit code. */
async function runCli(argv: readonly string[], context: ProcessContext): Promise<ExitCode> {
  let exitCode: ExitCode = 0
  const program = toProgram(context, code => {
    exitCode = code
  })
  const log = () => commandLog(program.opts<LogFlags>(), context, [])
  try {
    requireKnownCommand(argv, program)
    await program.parseAsync(argv, {from: 'user'})
  } catch (error) {
    const failure = toFailure(toUsageError(error, argv, program), log())
    const signal = interruptOf(context.interrupt)
    exitCode = signal === null ? failure : signal === 'SIGINT' ? 130 : 143
  }
  const problem = await context.stdout.failure()
  if (problem === null) return exitCode
  const hint = 'check the free space and rights of the file that stdout goes to'
  log().error({code: 'DELIVERY_FAILED', message: `writing to stdout: ${errorText(problem)}`, hint})
  return foremostExitCode([exitCode, 74])
}

/** The library's errors as ours; help and version, which it throws too, as they are. */
function toUsageError(error: unknown, argv: readonly string[], program: Command): unknown {
  if (!(error instanceof CommanderError) || error.exitCode === 0) return error
  const message = error.code === 'commander.help' ? missingCommand(argv, program) : error.message
  return new UsageError(message.replace(/^error: /, '').replaceAll('\n', ' '), 'add --help for the options')
}

function toFailure(error: unknown, log: Log): ExitCode {
  if (error instanceof CommanderError) return 0
  if (error instanceof UsageError) {
    log.error({code: 'USAGE', message: error.message, hint: error.hint})
    return 64
  }
  if (error instanceof WatchError) {
    log.error(error)
    return errorCodes[error.code].exit
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  log.error({code: 'BUG', message: `this is a bug in tazuna-watch: ${stack}`, hint: 'report it with this text'})
  return 70
}

function toContext(process: NodeJS.Process): ProcessContext {
  return {
    env: process.env,
    cwd: process.cwd(),
    stdout: watchedStdout(process.stdout),
    stderr: toOutput(process.stderr),
    // opening it takes a while, and few commands read it
    get stdin() {
      return process.stdin
    },
    interrupt: toInterrupt(process),
    clock: () => new Date(),
    newId: () => randomUUID({disableEntropyCache: true}),
    version: packageJson.version,
  }
}

/** There is nowhere to say that it cannot be written. */
function toOutput(stream: NodeJS.WriteStream): Output {
  stream.on('error', () => undefined)
  return {
    write: text => new Promise(resolve => stream.write(text, () => resolve())),
    isTTY: stream.isTTY,
    columns: stream.columns ?? 80,
  }
}

function toInterrupt(process: NodeJS.Process): AbortSignal {
  const controller = new AbortController()
  // a further signal changes nothing: what was begun ends within seconds, with its children and files
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort(signal))
  return controller.signal
}

import {recordCall} from './calls.ts'
import {cancelOnSignal, type Signals} from './cancellation.ts'
import {commandOf, parseCommandLine, type Command, type CommandLine} from './command-line.ts'
import {knobFaults} from './faults.ts'
import {GoPanic, renderError, renderPanic, TazunaError, type Era} from './go-error.ts'
import {helpText} from './help.ts'
import {readKnobs, type Knobs} from './knobs.ts'
import {knobsOfCall} from './knobs-of-call.ts'
import {misprint} from './misprint.ts'
import {withOutputFaults, type Output} from './output.ts'
import {isLogged, slogLine} from './slog.ts'

/** One start of the stand-in and all it knows of the process. */
export type Start = {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly pid: number
  readonly output: Output
  readonly signals: Signals
  readonly now: () => Date
}

/** Runs one command of the stand-in and returns its exit code. */
export async function runStandIn(start: Start): Promise<number> {
  const knobs = readKnobs(start.env)
  const era = knobs.era ?? 'late'
  return exitCodeOf(start.output, era, async () => {
    const commandLine = parseCommandLine(start.argv, era)
    const command = commandOf(commandLine)
    const ofCall = knobsOfCall(knobs, command)
    const signal = cancelOnSignal(start.signals, era, ofCall.ignoreTerm === true)
    await record(start, command, ofCall)
    const output = withOutputFaults(start.output, ofCall)
    const code = await exitCodeOf(output, era, () =>
      runCommand({...start, output}, {command, commandLine, knobs: ofCall, era, signal}),
    )
    return ofCall.exitCode ?? code
  })
}

/** The exit code of some work; an error that tazuna returns or panics with is printed. */
async function exitCodeOf(output: Output, era: Era, work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof GoPanic) {
      output.stderr(renderPanic())
      return 2
    }
    if (!(error instanceof TazunaError)) throw error
    output.stderr(renderError(error, era))
    return 1
  }
}

async function record({argv, env, cwd, pid}: Start, command: Command, knobs: Knobs): Promise<void> {
  let grandchildPid: number | null = null
  if (knobs.grandchild !== undefined) {
    const {startGrandchild} = await import('./grandchild.ts')
    grandchildPid = startGrandchild(knobs.grandchild)
  }
  if (knobs.calls === undefined) return
  const chosen: Record<string, string> = {}
  for (const name of knobs.callsEnv ?? []) {
    const value = env[name]
    if (value !== undefined) chosen[name] = value
  }
  recordCall(knobs.calls, {command, argv, cwd, pid, grandchildPid, env: chosen, envNames: Object.keys(env).toSorted()})
}

/** One command with the knobs that are its own. */
type Chosen = {
  readonly command: Command
  readonly commandLine: CommandLine
  readonly knobs: Knobs
  readonly era: Era
  readonly signal: AbortSignal
}

async function runCommand(start: Start, chosen: Chosen): Promise<number> {
  const {command, commandLine, knobs, era} = chosen
  if (command === 'list' || command === 'diff') return runStateCommand(start, command, chosen)
  if (command === 'apply') {
    const {applyCommand} = await import('./apply-command.ts')
    await applyCommand(commandLine, knobs, era, start.now())
  } else if (command === 'version') {
    const version = knobs.version ?? defaultVersion
    start.output.stdout(`tazuna ${version} (commit stand-in, built 2026-07-16T00:00:00Z, linux/amd64)\n`)
  } else {
    start.output.stdout(helpText(command === 'root help' ? 'root' : 'state', era))
  }
  return 0
}

async function runStateCommand(
  {env, output, signals, now}: Start,
  command: 'list' | 'diff',
  {commandLine, knobs, era, signal}: Chosen,
): Promise<number> {
  const faults = knobFaults(knobs, command, signal, signals.die)
  await faults.at('^')
  const printed = await misprint(output, faults, command, knobs, era)
  if (printed !== null) return printed
  const runState =
    command === 'list' ? (await import('./state-list.ts')).stateList : (await import('./state-diff.ts')).stateDiff
  await runState({
    commandLine,
    era,
    dialect: knobs.dialect ?? 'code',
    version: knobs.version ?? defaultVersion,
    env,
    folderOfState: knobs.state ?? null,
    serviceAccount: knobs.serviceAccount ?? null,
    output,
    faults,
    signal,
    log: (level, message, attributes) => {
      if (!isLogged(level, commandLine.logLevel)) return
      output.stderr(slogLine(knobs.now === undefined ? now() : new Date(knobs.now), level, message, attributes))
    },
  })
  if (knobs.extraLine !== undefined) output.stdout(`${knobs.extraLine}\n`)
  return 0
}

const defaultVersion = '0.4.4'

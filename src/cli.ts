import {randomUUID} from 'node:crypto'

import {CommanderError, InvalidArgumentError, Option, Command} from 'commander'

import packageJson from '../package.json' with {type: 'json'}
import type {CommandContext, Output} from './commands/context.ts'
import {distance} from './config/nearest.ts'
import {ConfigFileMissing} from './config/load.ts'
import {WatchError} from './errors.ts'
import {errorCodes} from './model/error-code.ts'
import type {ExitCode} from './model/exit-code.ts'
import type {FailOn} from './model/run-exit-code.ts'
import {renderTrouble} from './log.ts'
import {commandHelp, exitCodeHelp} from './help.ts'

/** From the process to a command and back: parses argv, prints what a command could not, and sets the exit code. */
export async function main(process: NodeJS.Process): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), toContext(process))
}

/** Runs one command line. Nothing but this decides on the exit code. */
export async function runCli(argv: readonly string[], context: CommandContext): Promise<ExitCode> {
  let exitCode: ExitCode = 0
  const program = toProgram(context, code => {
    exitCode = code
  })
  try {
    requireKnownCommand(argv, program)
    await program.parseAsync(argv, {from: 'user'})
    return exitCode
  } catch (error) {
    return await toFailure(error, context)
  }
}

function toProgram(context: CommandContext, done: (code: ExitCode) => void): Command {
  const program = new Command('tazuna-watch')
    .description('Watches Kubernetes clusters managed by tazuna for drift.')
    .version(context.version, '--version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: text => void context.stdout.write(text),
      writeErr: text => void context.stderr.write(text),
      getOutHelpWidth: () => Math.min(context.stdout.columns, 100),
      getErrHelpWidth: () => Math.min(context.stderr.columns, 100),
    })
    .showHelpAfterError('(add --help for the options)')
    .addHelpText('after', exitCodeHelp)

  withConfigFlags(program.command('run', {isDefault: true}))
    .description('check the cluster once, tell the notifiers, fill the sinks (the default command)')
    .option('--dry-run', 'read everything and write nothing: show what each notifier and sink would get', false)
    .addOption(new Option('--format <format>', 'of the report on stdout').choices(['text', 'json']).default('text'))
    .option('--output <file>', 'write the report to this file, too')
    .option('--fail-on <what>', 'exit with 10 on drift, or on these: added,modified,removed', toFailOn, [])
    .addHelpText('after', commandHelp.run)
    .action(async flags => done(await (await import('./commands/run.ts')).run(flags, context)))

  program
    .command('parse')
    .description('parse the text of `tazuna state diff`')
    .argument('[file]', 'file with the text; stdin when absent or -')
    .addOption(new Option('--format <format>', 'of the output').choices(['json', 'text']).default('json'))
    .addHelpText('after', commandHelp.parse)
    .action(async (file, flags) => done(await (await import('./commands/parse.ts')).parse(file, flags, context)))

  const config = program.command('config').description('look at the config')
  withConfigFlags(config.command('check'))
    .description('validate the config: every problem at once, with its place')
    .addHelpText('after', commandHelp.configCheck)
    .action(async flags => done(await (await import('./commands/config-check.ts')).configCheck(flags, context)))

  program
    .command('demo')
    .description('show the whole job with an embedded registry, webhook and gateway: no cluster, no tazuna needed')
    .addHelpText('after', commandHelp.demo)
    .action(async () => done(await (await import('./commands/demo.ts')).demo(context)))
  return program
}

/** As `run` is the default, commander would take an unknown command for an argument of it. */
function requireKnownCommand(argv: readonly string[], program: Command): void {
  const word = argv[0] ?? ''
  const known = ['help', ...program.commands.map(command => command.name())]
  if (word === '' || word.startsWith('-') || known.includes(word)) return
  const nearest = known.find(name => distance(name, word) <= 2)
  program.error(`error: unknown command '${word}'${nearest === undefined ? '' : `; did you mean ${nearest}?`}`)
}

function withConfigFlags(command: Command): Command {
  return command
    .option('--config <file>', 'config file (default: $TAZUNA_WATCH_CONFIG, else ./tazuna-watch.yaml if there)')
    .option('--source <ref-or-path>', 'oci://HOST/REPO:TAG, or a folder with a tazuna.yaml')
    .option('--cluster <name>', 'stands in every message and metric')
    .option('--watch <name>', 'when one cluster has several watches')
    .addOption(new Option('--memory <store>', 'what is kept between runs').choices(['none']))
}

const failOnWords: readonly FailOn[] = ['drift', 'added', 'modified', 'removed']

function toFailOn(text: string): FailOn[] {
  const words = text.split(',').map(word => word.trim())
  const unknown = words.find(word => !failOnWords.some(known => known === word))
  if (unknown !== undefined) throw new InvalidArgumentError(`It takes drift, or a list of added, modified, removed.`)
  return failOnWords.filter(word => words.includes(word))
}

async function toFailure(error: unknown, {stderr}: CommandContext): Promise<ExitCode> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 64
  if (error instanceof ConfigFileMissing) {
    await stderr.write(`error: ${error.message}\nhint: check the path after --config\n`)
    return 64
  }
  if (error instanceof WatchError) {
    await stderr.write(renderTrouble(error))
    return errorCodes[error.code].exit
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  await stderr.write(`error: this is a bug in tazuna-watch: ${stack}\nhint: report it with this text\n`)
  return 70
}

function toContext(process: NodeJS.Process): CommandContext {
  return {
    env: process.env,
    cwd: process.cwd(),
    stdout: toOutput(process.stdout),
    stderr: toOutput(process.stderr),
    stdin: process.stdin,
    interrupt: toInterrupt(process),
    clock: () => new Date(),
    newId: () => randomUUID({disableEntropyCache: true}),
    version: packageJson.version,
  }
}

/** A reader that is gone (`| head`) ends nothing: the run still delivers, and only the text is lost. */
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
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort(signal))
  return controller.signal
}

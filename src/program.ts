import {Argument, Command, InvalidArgumentError, Option} from 'commander'

import type {CommandContext} from './commands/context.ts'
import {parseDuration} from './duration.ts'
import {distance} from './config/nearest.ts'
import {commandHelp, exitCodeHelp, optionHelp} from './help.ts'
import type {LogFlags} from './log.ts'
import {driftTypes} from './model/diff-entry.ts'
import type {ExitCode} from './model/exit-code.ts'
import type {FailOn} from './model/run-exit-code.ts'

type Done = (code: ExitCode) => void

/** What every command needs to be called. The flags of the log belong to the program, wherever they stand. */
type Call = {readonly context: CommandContext; readonly done: Done; readonly logFlags: () => LogFlags}

/**
 * Every command with its options and help. A command is loaded when it is used, so that none pays for the others; it
 * gives its exit code to `done`. Errors of usage are thrown, and printed by nobody.
 */
export function toProgram(context: CommandContext, done: Done): Command {
  const helpWidth = () => Math.min(context.stdout.columns, 100)
  const program = new Command('tazuna-watch')
    .description('Watches Kubernetes clusters managed by tazuna for drift.')
    .version(context.version, '--version', 'print the version')
    .addOption(new Option('--log-format <format>', 'of the lines on stderr').choices(['text', 'json']).default('text'))
    .option('-v, --verbose', 'tell on stderr what goes on: stages, calls of tazuna, requests', false)
    .exitOverride()
    .configureHelp({showGlobalOptions: true, optionDescription: optionHelp})
    .configureOutput({
      writeOut: text => void context.stdout.write(text),
      writeErr: () => undefined,
      getOutHelpWidth: helpWidth,
    })
    .addHelpText('after', () => `${commandHelp.program}\n${exitCodeHelp(helpWidth())}`)
  const call: Call = {context, done, logFlags: () => program.opts<LogFlags>()}
  addRun(program, call)
  addParse(program, call)
  addPull(program, call)
  addConfig(program, call)
  addNotify(program, call)
  addExplain(program, call)
  addMemory(program, call)
  addMetrics(program, call)
  addCompletion(program, call)
  addDemo(program, call)
  return program
}

/** What to say where a command lacks the one below it: `tazuna-watch config`. */
export function missingCommand(argv: readonly string[], program: Command): string {
  const [word] = program.parseOptions([...argv]).operands
  const group = program.commands.find(command => command.name() === word)
  return `${word} needs a command: ${group?.commands.map(command => command.name()).join(', ')}`
}

/** As `run` is the default, commander would take an unknown command for an argument of it. */
export function requireKnownCommand(argv: readonly string[], program: Command): void {
  const [word] = program.parseOptions([...argv]).operands
  const known = ['help', ...program.commands.map(command => command.name())]
  if (word === undefined || known.includes(word)) return
  const nearest = known.find(name => distance(name, word) <= 2)
  program.error(`error: unknown command '${word}'${nearest === undefined ? '' : `; did you mean ${nearest}?`}`)
}

function addRun(program: Command, {context, done, logFlags}: Call): void {
  withRunConfig(program.command('run', {isDefault: true}))
    .description('check the cluster once, tell the notifiers, fill the sinks (the default command)')
    .option('--dry-run', 'read everything and write nothing: show what each notifier and sink would get', false)
    .addOption(
      new Option('--format <format>', 'of the report on stdout').choices(['text', 'json', 'markdown']).default('text'),
    )
    .option('--output <file>', 'write the report to this file, too, in the same format')
    .option('--fail-on <what>', 'exit with 10 on drift, or on these: added,modified,removed', toFailOn, [])
    .option('--jitter <duration>', 'wait first, up to this long: always the same for a cluster and watch', toJitter)
    .addHelpText('after', commandHelp.run)
    .action(async flags => done(await (await import('./commands/run.ts')).run({...flags, ...logFlags()}, context)))
}

function addParse(program: Command, {context, done}: Call): void {
  program
    .command('parse')
    .description('parse the text of `tazuna state diff`')
    .argument('[file]', 'file with the text; stdin when absent or -')
    .addOption(new Option('--format <format>', 'of the output').choices(['json', 'text']).default('json'))
    .addHelpText('after', commandHelp.parse)
    .action(async (file, flags) => done(await (await import('./commands/parse.ts')).parse(file, flags, context)))
}

function addPull(program: Command, {context, done, logFlags}: Call): void {
  program
    .command('pull')
    .description('pull, verify and unpack an artifact as `run` would')
    .argument('<ref>', 'oci://HOST/REPO[:TAG][@DIGEST]')
    .requiredOption('--output <dir>', 'folder for the files: absent or empty')
    .option('--plain-http', 'talk to the registry without TLS; loopback needs no such word', false)
    .addOption(configFile('config file with http.caFile and source.plainHttp'))
    .addOption(new Option('--format <format>', 'of the output').choices(['text', 'json']).default('text'))
    .addHelpText('after', commandHelp.pull)
    .action(async (ref, flags) =>
      done(await (await import('./commands/pull.ts')).pull(ref, {...flags, ...logFlags()}, context)),
    )
}

function addConfig(program: Command, {context, done, logFlags}: Call): void {
  const config = program.command('config').description('look at the config')
  withRunConfig(config.command('check'))
    .description('validate the config: every problem at once, with its place')
    .addHelpText('after', commandHelp.configCheck)
    .action(async flags =>
      done(await (await import('./commands/config-check.ts')).configCheck({...flags, ...logFlags()}, context)),
    )
  withRunConfig(config.command('show'))
    .description('print the config that is in force, and where each value comes from')
    .addHelpText('after', commandHelp.configShow)
    .action(async flags => done(await (await import('./commands/config-show.ts')).configShow(flags, context)))
  config
    .command('schema')
    .description('print the JSON Schema of the config file')
    .addHelpText('after', commandHelp.configSchema)
    .action(async () => done(await (await import('./commands/config-schema.ts')).configSchema(context)))
}

function addNotify(program: Command, {context, done, logFlags}: Call): void {
  const notify = program.command('notify').description('try the notifiers')
  withIdentity(notify.command('test').addOption(configFile()))
    .description('send a test message to the notifiers; needs no source and no tazuna')
    .option('--to <name>', 'only to this notifier')
    .option('--manifest <name>', 'only to those who would be told of drift of this Manifest')
    .option('--resource <resource>', 'or of this GROUP/VERSION/KIND[/NAMESPACE]/NAME', toResource)
    .addOption(new Option('--diff-type <type>', 'or of this type').choices(driftTypes))
    .option('--dry-run', 'send nothing: only show who would be told of what', false)
    .addHelpText('after', commandHelp.notifyTest)
    .action(async flags =>
      done(await (await import('./commands/notify-test.ts')).notifyTest({...flags, ...logFlags()}, context)),
    )
}

function addExplain(program: Command, {context, done, logFlags}: Call): void {
  withMemoryConfig(program.command('explain'))
    .description('tell why each notifier was or was not told, and what is due next')
    .argument('[manifest]', 'only this Manifest, with every entry of it')
    .addOption(new Option('--format <format>', 'of the output').choices(['text', 'json']).default('text'))
    .addHelpText('after', commandHelp.explain)
    .action(async (manifest, flags) =>
      done(await (await import('./commands/explain.ts')).explain(manifest, {...flags, ...logFlags()}, context)),
    )
}

function addMemory(program: Command, {context, done, logFlags}: Call): void {
  const memory = program.command('memory').description('look after what is kept between runs')
  withMemoryConfig(memory.command('show'))
    .description('print what is remembered, and where')
    .addOption(new Option('--format <format>', 'of the output').choices(['text', 'json']).default('text'))
    .addHelpText('after', commandHelp.memoryShow)
    .action(async flags =>
      done(await (await import('./commands/memory-show.ts')).memoryShow({...flags, ...logFlags()}, context)),
    )
  withMemoryConfig(memory.command('reset'))
    .description('forget everything: the next run sends a digest of all drift there is')
    .option('--yes', 'do not ask', false)
    .addHelpText('after', commandHelp.memoryReset)
    .action(async flags =>
      done(await (await import('./commands/memory-reset.ts')).memoryReset({...flags, ...logFlags()}, context)),
    )
  withMemoryConfig(program.command('mute'))
    .description('keep the notifiers silent of an entry or a Manifest until a time, or until it changes')
    .argument('<key>', 'State key (MANIFEST/GROUP/VERSION/KIND[/NAMESPACE]/NAME), or name of a Manifest')
    .requiredOption('--for <duration>', 'how long, at most 90d', toMuteDuration)
    .requiredOption('--reason <text>', 'why, for those who wonder later')
    .addHelpText('after', commandHelp.mute)
    .action(async (key, flags) =>
      done(await (await import('./commands/mute.ts')).mute(key, {...flags, ...logFlags()}, context)),
    )
  withMemoryConfig(program.command('unmute'))
    .description('end a mute')
    .argument('<key>', 'as it was muted')
    .addHelpText('after', commandHelp.unmute)
    .action(async (key, flags) =>
      done(await (await import('./commands/unmute.ts')).unmute(key, {...flags, ...logFlags()}, context)),
    )
}

function addMetrics(program: Command, {context, done, logFlags}: Call): void {
  const metrics = program.command('metrics').description('look after the metrics')
  withIdentity(metrics.command('delete').addOption(configFile()))
    .description("delete this watch's group from the Pushgateway, e.g. when its cluster is gone")
    .addHelpText('after', commandHelp.metricsDelete)
    .action(async flags =>
      done(await (await import('./commands/metrics-delete.ts')).metricsDelete({...flags, ...logFlags()}, context)),
    )
}

function addCompletion(program: Command, {context, done}: Call): void {
  program
    .command('completion')
    .description('print a script that completes commands and options')
    .addArgument(new Argument('<shell>', 'the shell that reads it').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', commandHelp.completion)
    .action(async shell => done(await (await import('./commands/completion.ts')).completion(shell, program, context)))
}

function addDemo(program: Command, {context, done}: Call): void {
  program
    .command('demo')
    .description('show the whole job with an embedded registry, webhook and gateway: no cluster, no tazuna needed')
    .addHelpText('after', commandHelp.demo)
    .action(async () => done(await (await import('./commands/demo.ts')).demo(context)))
}

/** What a run makes its config from. */
function withRunConfig(command: Command): Command {
  command
    .addOption(configFile())
    .option('--source <ref-or-path>', 'oci://HOST/REPO:TAG, or a folder with a tazuna.yaml')
  return withStore(command)
}

/** What the commands need that look at what is kept between runs. */
function withMemoryConfig(command: Command): Command {
  return withStore(command.addOption(configFile()))
}

function withStore(command: Command): Command {
  const stores = ['auto', 'configmap', 'file', 'none']
  return withIdentity(command).addOption(
    new Option('--memory <store>', 'where it is kept what one run leaves for the next').choices(stores),
  )
}

function withIdentity(command: Command): Command {
  return command
    .option('--cluster <name>', 'stands in every message and metric')
    .option('--watch <name>', 'when one cluster has several watches')
}

function configFile(what = 'config file'): Option {
  return new Option('--config <file>', `${what} (default: $TAZUNA_WATCH_CONFIG, else ./tazuna-watch.yaml if there)`)
}

const failOnWords: readonly FailOn[] = ['drift', 'added', 'modified', 'removed']

function toFailOn(text: string, previous: readonly FailOn[]): FailOn[] {
  const words = text.split(',').map(word => word.trim())
  const unknown = words.find(word => !failOnWords.some(known => known === word))
  if (unknown !== undefined) throw new InvalidArgumentError(`It takes drift, or a list of added, modified, removed.`)
  return failOnWords.filter(word => words.includes(word) || previous.includes(word))
}

/** The core group is empty, which is forgotten easily. */
function toResource(text: string): string {
  const parts = text.split('/')
  const isGroup = !/^v\d+(?:(?:alpha|beta)\d+)?$/.test(parts[0]!)
  if (isGroup && (parts.length === 4 || parts.length === 5) && parts.slice(1).every(part => part !== '')) return text
  throw new InvalidArgumentError('It takes such as apps/v1/Deployment/web/nginx, or /v1/ConfigMap/web/conf.')
}

const longestJitter = 24 * 3_600_000

function toJitter(text: string): number {
  const duration = parseDuration(text)
  if (duration !== null && duration <= longestJitter) return duration
  throw new InvalidArgumentError('It takes a duration of up to 24h, such as 90s or 5m.')
}

const longestMute = 90 * 24 * 3_600_000

function toMuteDuration(text: string): number {
  const duration = parseDuration(text)
  if (duration !== null && duration <= longestMute) return duration
  throw new InvalidArgumentError('It takes a duration of up to 90d, such as 12h, 7d or 2w.')
}

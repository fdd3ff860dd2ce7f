import type {Argument, Command, Option} from 'commander'

/** What completes a value: names of files, one of a few words, or nothing that a shell could know. */
export type Value = 'file' | 'any' | readonly string[]

export type CompletedOption = {
  /** `-v`, `--verbose` */
  readonly names: readonly string[]
  readonly description: string
  /** Null for a flag. */
  readonly value: Value | null
}

/** One command as a shell completes it. */
export type CompletedCommand = {
  /** The words that lead to it: none for the program itself. */
  readonly words: readonly string[]
  readonly commands: readonly {readonly name: string; readonly description: string}[]
  readonly options: readonly CompletedOption[]
  /** What its first argument is. */
  readonly argument: Value | null
}

/** The program and all its commands, parents first. The program has the options of its default command, too. */
export function toCompletedCommands(program: Command): CompletedCommand[] {
  const [root, ...commands] = walk(program, [])
  const run = commands.find(({words}) => words.join(' ') === 'run')!
  const known = new Set(root!.options.flatMap(({names}) => names))
  const more = run.options.filter(({names}) => !names.some(name => known.has(name)))
  return [{...root!, options: [...root!.options, ...more]}, ...commands]
}

function walk(command: Command, words: readonly string[]): CompletedCommand[] {
  const help = command.createHelp()
  const own: CompletedCommand = {
    words,
    commands: command.commands.map(child => ({name: child.name(), description: child.description()})),
    options: [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)].map(toOption),
    argument: command.registeredArguments.map(toValue)[0] ?? null,
  }
  return [own, ...command.commands.flatMap(child => walk(child, [...words, child.name()]))]
}

function toOption(option: Option): CompletedOption {
  const names = [option.short, option.long].filter(name => name !== undefined)
  const takesValue = option.required || option.optional
  return {names, description: option.description, value: takesValue ? toValue(option) : null}
}

/** An option or argument whose value has one of these names is a file or folder: `--output <dir>`. */
const fileNames = /<(?:file|dir|ref-or-path)>/

function toValue(from: Option | Argument): Value {
  if (from.argChoices !== undefined) return from.argChoices
  const text = 'flags' in from ? from.flags : `<${from.name()}>`
  return fileNames.test(text) ? 'file' : 'any'
}

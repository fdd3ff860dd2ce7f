import type {CompletedCommand, Value} from './command-tree.ts'

/** `config check` */
export function nameOf({words}: CompletedCommand): string {
  return words.join(' ')
}

/** Every command below the program, as a pattern of `case` on the words so far: `' config'|'config check'`. */
export function commandPatterns(commands: readonly CompletedCommand[]): string {
  const below = commands.filter(({words}) => words.length > 0)
  return below.map(({words}) => quoted(`${words.slice(0, -1).join(' ')} ${words.at(-1)}`)).join('|')
}

/** Every option that takes a value, with what completes it in the commands that have it. */
export function valueOptions(commands: readonly CompletedCommand[]): Map<string, Value> {
  const options = commands.flatMap(command => command.options)
  return new Map(options.flatMap(({names, value}) => (value === null ? [] : names.map(name => [name, value] as const))))
}

/** In single quotes, as POSIX shells read them. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

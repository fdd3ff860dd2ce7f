import type {CompletedCommand, CompletedOption, Value} from './command-tree.ts'

/** A file in `~/.config/fish/completions`. */
export function renderFish(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(command => {
    const condition = conditionOf(command)
    return [
      ...command.commands.map(({name, description}) => line(condition, `-a ${name}`, description)),
      ...(command.argument === null ? [] : [line(condition, argumentOf(command.argument))]),
      ...command.options.map(option => line(condition, optionOf(option), option.description)),
    ]
  })
  return `# fish completion of tazuna-watch: tazuna-watch completion fish > ~/.config/fish/completions/tazuna-watch.fish
complete -c tazuna-watch -f
${lines.join('\n')}
`
}

function line(condition: string, what: string, description?: string): string {
  const told = description === undefined ? '' : ` -d ${quoted(description)}`
  return `complete -c tazuna-watch -n ${quoted(condition)} ${what}${told}`
}

/** All its words were seen, and none that leads further down. */
function conditionOf({words, commands}: CompletedCommand): string {
  if (words.length === 0) return '__fish_use_subcommand'
  const seen = words.map(word => `__fish_seen_subcommand_from ${word}`)
  const further = commands.map(({name}) => name).join(' ')
  return [...seen, ...(further === '' ? [] : [`not __fish_seen_subcommand_from ${further}`])].join('; and ')
}

function optionOf({names, value}: CompletedOption): string {
  const flags = names.map(name => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`))
  return [...flags, ...(value === null ? [] : [valueOf(value)])].join(' ')
}

function valueOf(value: Value): string {
  if (value === 'file') return '-r -F'
  return value === 'any' ? '-x' : `-x -a ${quoted(value.join(' '))}`
}

function argumentOf(value: Value): string {
  if (value === 'file') return '-F'
  return value === 'any' ? '-f' : `-a ${quoted(value.join(' '))}`
}

/** Within single quotes fish knows two escapes. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
}

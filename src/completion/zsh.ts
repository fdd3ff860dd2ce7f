import type {CompletedCommand, Value} from './command-tree.ts'
import {commandPatterns, nameOf, quoted, valueOptions} from './words-of.ts'

/** A file `_tazuna-watch` in a folder of `fpath`, or sourced after compinit. */
export function renderZsh(commands: readonly CompletedCommand[]): string {
  const options = [...valueOptions(commands)]
  return `#compdef tazuna-watch
# zsh completion of tazuna-watch: tazuna-watch completion zsh > "\${fpath[1]}/_tazuna-watch"
_tazuna-watch() {
  local command='' before='' word
  local -a subcommands options choices
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$before" in
      ${options.map(([name]) => name).join('|')}) ;;
      *)
        case "$command $word" in
          ${commandPatterns(commands)}) command="\${command:+$command }$word" ;;
        esac
        ;;
    esac
    before=$word
  done
  case "$before" in
${options.map(([name, value]) => `    ${name}) ${completeValue(value)}; return ;;`).join('\n')}
  esac
  case "$command" in
${commands.map(completeCommand).join('\n')}
  esac
}

if [ "$funcstack[1]" = '_tazuna-watch' ]; then
  _tazuna-watch "$@"
else
  compdef _tazuna-watch tazuna-watch
fi
`
}

function completeValue(value: Value): string {
  if (value === 'file') return '_files'
  return value === 'any' ? `_message 'a value'` : `choices=(${value.map(quoted).join(' ')}); _describe 'value' choices`
}

function completeCommand(command: CompletedCommand): string {
  const {commands, options, argument} = command
  const described = options.flatMap(({names, description}) => names.map(name => ({name, description})))
  const lines = [
    `options=(${described.map(item).join(' ')})`,
    `_describe -o 'option' options`,
    ...(commands.length > 0
      ? [`subcommands=(${commands.map(item).join(' ')})`, `_describe 'command' subcommands`]
      : []),
    ...(argument === null ? [] : [completeValue(argument)]),
  ]
  return `    ${quoted(nameOf(command))})\n${lines.map(line => `      ${line}`).join('\n')}\n      ;;`
}

function item({name, description}: {name: string; description: string}): string {
  return quoted(`${name}:${description}`)
}

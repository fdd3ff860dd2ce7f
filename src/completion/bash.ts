import type {CompletedCommand, Value} from './command-tree.ts'
import {commandPatterns, nameOf, quoted, valueOptions} from './words-of.ts'

/** Works from bash 3.2 on, without the package bash-completion. */
export function renderBash(commands: readonly CompletedCommand[]): string {
  const options = [...valueOptions(commands)]
  return `# bash completion of tazuna-watch: source <(tazuna-watch completion bash)
_tazuna_watch() {
  local cur=\${COMP_WORDS[COMP_CWORD]} command='' before='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
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
${options.map(([name, value]) => `  ${name}) ${reply(value)} ;;`).join('\n')}
  *)
    case "$command" in
${commands.map(command => `    ${quoted(nameOf(command))}) ${replyTo(command)} ;;`).join('\n')}
    esac
    ;;
  esac
}
_tazuna_watch_words() {
  local IFS=$' \\n'
  COMPREPLY=($(compgen -W "$1" -- "$2"))
}
_tazuna_watch_files() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -- "$1"))
  type compopt &>/dev/null && compopt -o filenames 2>/dev/null
}
complete -F _tazuna_watch tazuna-watch
`
}

function reply(value: Value): string {
  if (value === 'file') return '_tazuna_watch_files "$cur"'
  return value === 'any' ? 'COMPREPLY=()' : words(value)
}

/** Where files are expected, options only after a dash. */
function replyTo({commands, options, argument}: CompletedCommand): string {
  const choices = argument === null || typeof argument === 'string' ? [] : argument
  const names = options.flatMap(({names}) => names)
  const all = words([...commands.map(({name}) => name), ...choices, ...names])
  return argument === 'file' ? `case "$cur" in -*) ${all} ;; *) _tazuna_watch_files "$cur" ;; esac` : all
}

function words(list: readonly string[]): string {
  return `_tazuna_watch_words ${quoted(list.join(' '))} "$cur"`
}

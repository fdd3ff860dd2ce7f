import {TazunaError, type Era} from './go-error.ts'

/** A parsed command line: the words that are no flags, and the flags with their defaults. */
export type CommandLine = {
  readonly words: readonly string[]
  readonly file: string
  readonly logLevel: string
  readonly environment: string
  /** Flags without a value that were given: help, version, sync, prune. */
  readonly switches: ReadonlySet<string>
}

/** Reads the arguments as cobra does. Throws the `TazunaError` of an unknown flag or a missing value. */
export function parseCommandLine(argv: readonly string[], era: Era): CommandLine {
  const values = new Map<string, string>()
  const switches = new Set<string>()
  const words: string[] = []
  const rest = [...argv]
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    if (argument === '--') words.push(...rest.splice(0))
    else if (!argument.startsWith('-') || argument === '-') words.push(argument)
    else {
      const {name, value, shown} = splitFlag(argument)
      if (switchNames.has(name)) switches.add(name)
      else if (!valueNames.has(name) || (era === 'early' && name === 'environment')) throw unknownFlag(argument)
      else values.set(name, value ?? rest.shift() ?? missingValue(shown))
    }
  }
  for (const name of switches) {
    const isOwn = name === 'help' || (name === 'version' ? words.length === 0 : words[0] === 'apply')
    if (!isOwn) throw new TazunaError(`unknown flag: --${name}`)
  }
  return {
    words,
    file: values.get('file-path') ?? 'tazuna.yaml',
    logLevel: values.get('log-level') ?? 'info',
    environment: values.get('environment') ?? '',
    switches,
  }
}

/** What is to be done. Unknown words below the root and below `state` print help (facts 2). */
export type Command = 'list' | 'diff' | 'version' | 'apply' | 'root help' | 'state help'

export function commandOf({words, switches}: CommandLine): Command {
  const [first, second] = words
  if (first === 'state')
    return !switches.has('help') && (second === 'list' || second === 'diff') ? second : 'state help'
  if (switches.has('help')) return 'root help'
  if (switches.has('version') || first === 'version') return 'version'
  return first === 'apply' ? first : 'root help'
}

const shorthands: Readonly<Record<string, string>> = {
  f: 'file-path',
  l: 'log-level',
  e: 'environment',
  h: 'help',
  v: 'version',
}
const valueNames = new Set(['file-path', 'log-level', 'environment', 'otlp-endpoint', 'otlp-insecure'])
const switchNames = new Set(['help', 'version', 'sync', 'prune'])

type Flag = {readonly name: string; readonly value: string | undefined; readonly shown: string}

function splitFlag(argument: string): Flag {
  const [, name = '', value] = /^-{1,2}([^=]*)(?:=(.*))?$/s.exec(argument) ?? []
  if (argument.startsWith('--')) {
    return {name, value: value ?? (name === 'otlp-insecure' ? 'true' : undefined), shown: `--${name}`}
  }
  const letter = argument.charAt(1)
  const attached = argument.slice(2).replace(/^=/, '')
  return {
    name: shorthands[letter] ?? '',
    value: argument.length > 2 ? attached : undefined,
    shown: `'${letter}' in ${argument}`,
  }
}

function unknownFlag(argument: string): TazunaError {
  return argument.startsWith('--')
    ? new TazunaError(`unknown flag: ${argument.replace(/=.*/s, '')}`)
    : new TazunaError(`unknown shorthand flag: '${argument.charAt(1)}' in ${argument}`)
}

function missingValue(shown: string): never {
  throw new TazunaError(`flag needs an argument: ${shown}`)
}

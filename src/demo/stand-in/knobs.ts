/** What the text of a knob is read as. A list is separated by commas; a flag is on when its text is `1`. */
type KnobTypes = {
  readonly text: string
  readonly integer: number
  readonly flag: boolean
  readonly list: readonly string[]
}

type Knob = {
  readonly kind: keyof KnobTypes
  /** The only texts that it takes; the first is the default. */
  readonly of?: readonly string[]
  readonly fault?: true
  readonly means: string
}

/**
 * The one table of what the stand-in can be told. A knob `delayBefore` is set by `TAZUNA_STAND_IN_DELAY_BEFORE`.
 * `fault` marks misbehaviour: it applies to the calls that `faultyCommands` and `faultyCalls` choose.
 * A *point* is the name of a Manifest (just before it), `^` (before anything) or `$` (after the last Manifest).
 */
export const knobTable = {
  state: {
    kind: 'text',
    means: 'folder of State, `<manifest>.json` = its ConfigMap; without it the API server is asked',
  },
  swapAfter: {
    kind: 'integer',
    means: 'from the call of `state list` or `state diff` after this one, `swapState` counts',
  },
  swapState: {kind: 'text', means: 'the folder of State that takes over; needs `calls`'},
  serviceAccount: {kind: 'text', means: 'folder with `token` and `ca.crt` in place of the fixed one in a pod'},
  now: {kind: 'text', means: 'RFC 3339: time of log lines, and `lastSyncedAt` that `apply` writes'},
  commit: {kind: 'text', means: '`gitCommitHash` that `apply` writes'},
  version: {kind: 'text', means: 'the version that is printed; default 0.4.4'},
  era: {
    kind: 'text',
    of: ['late', 'early'],
    means: 'early: stack trace under errors, keys with `__` alone, parallel skipped, dies by TERM, no -e',
  },
  dialect: {kind: 'text', of: ['code', 'documentation'], means: 'documentation: rows as the published sample has them'},
  calls: {kind: 'text', means: 'JSONL file to which every call is added; it is also the counter of calls'},
  callsEnv: {kind: 'list', means: 'variables whose values are recorded with a call (names are recorded always)'},

  faultyCommands: {kind: 'list', means: 'commands that misbehave: list, diff, version; default list,diff'},
  faultyCalls: {kind: 'list', means: 'of each such command only these calls misbehave, counted from 1; needs `calls`'},

  delayBefore: {kind: 'integer', fault: true, means: 'milliseconds of silence before anything'},
  delayBetween: {kind: 'integer', fault: true, means: 'milliseconds before each Manifest'},
  hangAt: {kind: 'text', fault: true, means: 'point at which it waits for ever; late era: TERM ends it with exit 1'},
  ignoreTerm: {kind: 'flag', fault: true, means: 'TERM and INT do nothing'},
  grandchild: {kind: 'integer', fault: true, means: 'a child holds stdout and stderr and ignores TERM for so many ms'},

  stopAt: {kind: 'text', fault: true, means: 'point at which it stops with `stopError`, exit 1'},
  stopError: {kind: 'text', fault: true, means: 'text after `error: `; by default it names the Manifest'},
  panicAt: {kind: 'text', fault: true, means: 'point at which it panics as a nil 1Password client makes it, exit 2'},
  signalAt: {kind: 'text', fault: true, means: 'point at which it kills itself with `signal`'},
  signal: {kind: 'text', fault: true, means: 'default SIGKILL'},
  exitCode: {kind: 'integer', fault: true, means: 'exit code in place of its own'},

  help: {kind: 'flag', fault: true, means: 'prints help in place of the output, exit 0'},
  skip: {kind: 'list', fault: true, means: 'Manifests that are skipped with a WARN'},
  skipForm: {kind: 'text', fault: true, means: 'that WARN is `named` (default), `unnamed` or `unattributable`'},
  noise: {kind: 'flag', fault: true, means: 'klog, kustomize and WARN lines on stderr'},
  extraLine: {kind: 'text', fault: true, means: 'a last line on stdout that no version prints'},
  floodStdout: {kind: 'integer', fault: true, means: 'at least so many bytes of well-formed rows on stdout, first'},
  floodStderr: {kind: 'integer', fault: true, means: 'at least so many bytes of log lines on stderr, first'},
  rawStdout: {kind: 'text', fault: true, means: 'hex of bytes that begin stdout'},
  rawStderr: {kind: 'text', fault: true, means: 'hex of bytes that begin stderr'},
  truncate: {kind: 'integer', fault: true, means: 'stdout ends after so many bytes'},

  replayListStdout: {kind: 'text', fault: true, means: 'file printed as stdout of `state list`, nothing else is done'},
  replayListStderr: {kind: 'text', fault: true, means: 'file printed as its stderr'},
  replayListExit: {kind: 'integer', fault: true, means: 'its exit code; default 0'},
  replayDiffStdout: {kind: 'text', fault: true, means: 'file printed as stdout of `state diff`, nothing else is done'},
  replayDiffStderr: {kind: 'text', fault: true, means: 'file printed as its stderr'},
  replayDiffExit: {kind: 'integer', fault: true, means: 'its exit code; default 0'},
} as const satisfies Readonly<Record<string, Knob>>

type KnobName = keyof typeof knobTable
export type Knobs = {readonly [name in KnobName]?: KnobType<(typeof knobTable)[name]>}
type KnobType<K extends Knob> = K extends {of: readonly (infer Choice)[]} ? Choice : KnobTypes[K['kind']]

/** Reads the knobs that are set. Throws `TypeError` for an unknown name or a wrong value: a typo hides nothing. */
export function readKnobs(env: Readonly<Record<string, string | undefined>>): Knobs {
  const knobs: Record<string, KnobTypes[keyof KnobTypes]> = {}
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(prefix) || text === undefined || text === '') continue
    const name = nameOf(variable)
    if (name === undefined) throw new TypeError(`the stand-in has no knob ${variable}`)
    const {kind, of: choices}: Knob = knobTable[name]
    if (choices?.includes(text) === false) throw new TypeError(`${variable} is none of ${choices.join(', ')}: ${text}`)
    knobs[name] = readers[kind](text, variable)
  }
  return knobs
}

/** The variables that set these knobs. */
export function toVariables(knobs: Knobs): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [name, value] of Object.entries(knobs)) {
    if (value === false) continue
    variables[variableOf(name)] = value === true ? '1' : String(value)
  }
  return variables
}

/** The knobs of a call that does not misbehave. */
export function withoutFaults(knobs: Knobs): Knobs {
  return Object.fromEntries(Object.entries(knobs).filter(([name]) => !isFault(name as KnobName)))
}

const prefix = 'TAZUNA_STAND_IN_'

const readers = {
  text: text => text,
  integer: (text, variable) => {
    if (!/^[0-9]+$/.test(text)) throw new TypeError(`${variable} is no number: ${text}`)
    return Number(text)
  },
  flag: text => text === '1',
  list: text => text.split(','),
} as const satisfies {[kind in keyof KnobTypes]: (text: string, variable: string) => KnobTypes[kind]}

function nameOf(variable: string): KnobName | undefined {
  const name = variable
    .slice(prefix.length)
    .toLowerCase()
    .replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return Object.hasOwn(knobTable, name) ? (name as KnobName) : undefined
}

function variableOf(name: string): string {
  return prefix + name.replaceAll(/[A-Z]/g, letter => `_${letter}`).toUpperCase()
}

function isFault(name: KnobName): boolean {
  const knob: Knob = knobTable[name]
  return knob.fault === true
}

import {WatchError} from '../errors.ts'
import type {TazunaCall} from '../event.ts'
import type {DiffOutput, StateReading} from '../model/state-reading.ts'
import type {Redact} from '../secret.ts'
import {disagreements} from './agreement.ts'
import {stateDiffParser} from './parse-state-diff.ts'
import {stateListParser} from './parse-state-list.ts'
import {runChild, type ChildEnd, type ChildOptions} from './process.ts'
import {toDiffOutput, toFailure} from './to-diff-output.ts'

export type TazunaOptions = {
  command: string
  /** `-e`, or null. */
  environment: string | null
  /** The file for `-f`, relative to `folder` or absolute. */
  file: string
  folder: string
  env: Readonly<Record<string, string>>
  /** Milliseconds for each call. */
  timeout: number
  signal: AbortSignal
  /** For what tazuna says. */
  redact: Redact
  /** Told of each call once it ended. */
  onCall?: (call: TazunaCall) => void
}

const outputLimit = 256 * 1024 * 1024
const versionTimeout = 10_000

/**
 * Reads what is expected (`state list`) and what differs (`state diff`), until the two agree or twice. Throws
 * `TAZUNA_NOT_FOUND` and `CANCELLED`; a tazuna that fails, or is not understood, is part of the reading.
 */
export async function readTazuna(options: TazunaOptions): Promise<StateReading> {
  const reading = readBoth(options)
  const version = readVersion(options)
  const first = await reading
  const agreed = first.moved.size === 0 ? first : await readBoth(options)
  return {...agreed, version: await version}
}

async function readBoth(options: TazunaOptions): Promise<Omit<StateReading, 'version'>> {
  const once = await readStateList(options)
  const {list, listFailure} = once.list === null ? await readStateList(options) : once
  const output = await readStateDiff(options)
  const moved = list === null ? new Set<string>() : disagreements(list, output.blocks)
  return {list, listFailure, outputs: [output], moved}
}

/** No list, and why, when tazuna failed, or its text ended too early or was not understood. */
async function readStateList(options: TazunaOptions): Promise<Pick<StateReading, 'list' | 'listFailure'>> {
  const parser = stateListParser()
  try {
    const end = await call(options, ['state', 'list'], text => parser.write(text))
    const failure = toFailure('tazuna state list', end, options.redact)
    if (failure !== null) return {list: null, listFailure: failure}
    const list = parser.end()
    const cut = {message: 'reading the output of tazuna state list: it ends inside a block', hint: null}
    return {list, listFailure: list === null ? cut : null}
  } catch (error) {
    if (!(error instanceof WatchError) || error.code !== 'OUTPUT_UNPARSABLE') throw error
    return {list: null, listFailure: {message: error.message, hint: error.hint}}
  }
}

async function readStateDiff(options: TazunaOptions): Promise<DiffOutput> {
  const parser = stateDiffParser(options.redact)
  let end: ChildEnd | null = null
  try {
    end = await call(options, ['state', 'diff'], text => parser.write(text))
    return toDiffOutput(parser.end(), end, options.redact)
  } catch (error) {
    if (!(error instanceof WatchError) || error.code !== 'OUTPUT_UNPARSABLE') throw error
    return notUnderstood(error, end?.exitCode ?? null)
  }
}

/** Nothing of it counts, whatever the exit code; the version may tell why. Its first unknown line ends tazuna. */
function notUnderstood({code, message, hint}: WatchError, exitCode: number | null): DiffOutput {
  return {
    blocks: [],
    exitCode,
    failure: {code, message, hint, manifest: null, line: message},
    skipped: {named: [], unnamed: 0, unattributed: []},
  }
}

async function call(options: TazunaOptions, words: string[], onStdout: (text: string) => void): Promise<ChildEnd> {
  const environment = options.environment === null ? [] : ['-e', options.environment]
  const end = await runTimed(options, {
    ...options,
    args: [...words, '-f', options.file, ...environment],
    cwd: options.folder,
    outputLimit,
    onStdout,
  })
  if (end.endedBy === 'cancel') throw new WatchError('CANCELLED', `running tazuna ${words.join(' ')}: interrupted`)
  return end
}

async function runTimed({onCall}: TazunaOptions, child: ChildOptions): Promise<ChildEnd> {
  const startedAt = performance.now()
  const end = await runChild(child)
  const seconds = (performance.now() - startedAt) / 1000
  onCall?.({words: child.args.slice(0, 2).join(' '), exitCode: end.exitCode, seconds})
  return end
}

/** `tazuna <version> (commit …)`; null from a tazuna too old to say it (tazuna: cmd/root.go). */
async function readVersion(options: TazunaOptions): Promise<string | null> {
  let text = ''
  try {
    const end = await runTimed(options, {
      ...options,
      args: ['--version'],
      cwd: options.folder,
      timeout: Math.min(options.timeout, versionTimeout),
      outputLimit: 64 * 1024,
      onStdout: piece => (text += piece),
    })
    return end.exitCode === 0 ? (/^tazuna v?(\S{1,64})/.exec(text)?.[1] ?? null) : null
  } catch {
    return null
  }
}

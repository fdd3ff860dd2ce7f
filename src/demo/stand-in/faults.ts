import {pause} from './cancellation.ts'
import {GoPanic, TazunaError} from './go-error.ts'
import {goQuote} from './go-quote.ts'
import type {Knobs} from './knobs.ts'
import type {ManifestSpec} from './tazuna-yaml.ts'

export type StateCommand = 'list' | 'diff'

/** How a call of `state list` or `state diff` misbehaves along its way. */
export type Faults = {
  /** Before anything (`^`), before a Manifest (its name) or after the last one (`$`): waits, stops, panics or dies. */
  at(point: string): Promise<void>
  /** Throws once a signal cancelled the call. */
  checkCancelled(): void
  /** The WARN in place of this Manifest; null when it is not skipped. */
  skip(manifest: ManifestSpec, index: number): SkipWarning | null
}

export type SkipWarning = {readonly message: string; readonly attributes: Readonly<Record<string, string | number>>}

/** The faults that the knobs ask for. `die` sends a signal to the own process. */
export function knobFaults(
  knobs: Knobs,
  command: StateCommand,
  signal: AbortSignal,
  die: (name: string) => void,
): Faults {
  async function wait(milliseconds: number, point: string): Promise<void> {
    try {
      await pause(milliseconds, signal)
    } catch {
      throw cancelledAt(point)
    }
  }
  return {
    async at(point) {
      const isManifest = point !== '^' && point !== '$'
      const delay = isManifest ? knobs.delayBetween : point === '^' ? knobs.delayBefore : undefined
      if (delay !== undefined) await wait(delay, point)
      if (knobs.signalAt === point) {
        die(knobs.signal ?? 'SIGKILL')
        await wait(Number.POSITIVE_INFINITY, point)
      }
      if (knobs.panicAt === point) throw new GoPanic('asked for by a knob')
      if (knobs.hangAt === point) await wait(Number.POSITIVE_INFINITY, point)
      if (knobs.stopAt === point) throw new TazunaError(knobs.stopError ?? defaultError(command, point))
      if (signal.aborted) throw cancelledAt(point)
    },
    checkCancelled() {
      if (signal.aborted) throw cancelledAt('^')
    },
    skip(manifest, index) {
      if (knobs.skip?.includes(manifest.name) !== true) return null
      const form = knobs.skipForm ?? 'named'
      if (form === 'unnamed') return unnamedWarning(command, manifest, index)
      if (form !== 'named' && form !== 'unattributable') throw new TypeError(`no such form of a WARN: ${form}`)
      if (command === 'list') return null
      return form === 'named' ? parallelWarning(manifest) : unattributableWarning(manifest)
    },
  }
}

/** A Manifest without a name: skipped by every state command (facts 2, 4.2). */
export function unnamedWarning(command: StateCommand, {type}: ManifestSpec, index: number): SkipWarning {
  return {message: `manifest has no name, skipping state ${command}`, attributes: {index, type}}
}

/** `type: parallel` in early versions: skipped by `state diff` alone (facts 4.6). */
export function parallelWarning({name}: ManifestSpec): SkipWarning {
  return {message: 'parallel manifest is not supported for state diff, skipping', attributes: {name}}
}

/** No version prints this one: a skipped Manifest that the line does not name. */
function unattributableWarning({type}: ManifestSpec): SkipWarning {
  return {message: 'manifest is not supported for state diff, skipping', attributes: {type}}
}

function cancelledAt(point: string): TazunaError {
  const cancelled = 'context canceled'
  return new TazunaError(point === '^' || point === '$' ? cancelled : `${stateError(point)}: ${cancelled}`)
}

function defaultError(command: StateCommand, point: string): string {
  if (point === '^' || point === '$') return 'unexpected EOF'
  return command === 'list'
    ? `${stateError(point)}: etcdserver: request timed out`
    : `failed to build manifest ${goQuote(point)}: failed to render release ${goQuote(point)}: ` +
        `failed to load chart charts/${point}: stat charts/${point}: no such file or directory`
}

function stateError(manifest: string): string {
  return `failed to get state for manifest ${goQuote(manifest)}: failed to get state ConfigMap tazuna-state-${manifest}`
}

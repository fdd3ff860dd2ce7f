import type {DiffOutput, Skipped, TazunaFailure} from '../model/state-reading.ts'
import type {Redact} from '../secret.ts'
import {incompleteText, type StateDiff} from './parse-state-diff.ts'
import type {ChildEnd} from './process.ts'
import {recognisedHint} from './recognised-errors.ts'

/**
 * Joins what was printed with how tazuna ended. With exit 0 the text must be whole: throws `OUTPUT_UNPARSABLE`
 * otherwise. With any other end the complete blocks count, and the unfinished one does not. Texts are redacted before
 * they are cut.
 */
export function toDiffOutput(diff: StateDiff, end: ChildEnd, redact: Redact): DiffOutput {
  const failure = toFailure('tazuna state diff', end, redact)
  if (failure === null && (diff.cut !== null || (!diff.noChanges && diff.blocks.length === 0))) {
    throw incompleteText(diff)
  }
  return {blocks: diff.blocks, exitCode: end.exitCode, failure, skipped: redactSkipped(end.stderr.skipped, redact)}
}

function redactSkipped(skipped: Skipped, redact: Redact): Skipped {
  return {...skipped, unattributed: skipped.unattributed.map(line => redact(line).slice(0, 200))}
}

/** Why a call ended with another code than 0; null when it did not. */
export function toFailure(command: string, end: ChildEnd, redact: Redact): TazunaFailure | null {
  const {stderr} = end
  const failed = (code: TazunaFailure['code'], what: string, line: string, text: string | null) => ({
    code,
    message: `running ${command}: ${redact(what).slice(0, 1_000)}`,
    hint: text === null ? null : recognisedHint(text),
    manifest: /(?:manifest|objects for) "([^"]+)"/.exec(line)?.[1] ?? null,
    line: redact(line).slice(0, 500),
  })
  if (end.endedBy === 'timeout') {
    return failed('TAZUNA_TIMED_OUT', 'it did not end in time and was killed', 'timed out', null)
  }
  if (end.endedBy === 'size') {
    return failed('OUTPUT_TOO_LARGE', 'it printed more than 256 MiB and was killed', 'printed too much', null)
  }
  if (end.exitCode === 0) return null
  const how = end.exitCode === null ? `killed by ${end.signal ?? 'a signal'}` : `exit code ${end.exitCode}`
  if (stderr.panic !== null) {
    return failed('TAZUNA_PANICKED', `it crashed (${how}): ${stderr.panic}`, `panic: ${stderr.panic}`, stderr.tail)
  }
  const line = stderr.error ?? lastLine(stderr.tail) ?? how
  return failed('TAZUNA_FAILED', `${how}: ${line}`, line, stderr.error ?? stderr.tail)
}

function lastLine(text: string): string | null {
  return text.trimEnd().split('\n').at(-1)?.trim() || null
}

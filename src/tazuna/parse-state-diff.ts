import {WatchError} from '../errors.ts'
import {diffTypes, type DiffEntry, type DiffType} from '../model/diff-entry.ts'
import {parseResourceColumn} from '../model/state-key.ts'
import type {DiffBlock} from '../model/state-reading.ts'
import type {Redact} from '../secret.ts'
import {lineSplitter} from './line-splitter.ts'

/**
 * What was printed. `cut` tells that the stream ended inside a block or line: null when it did not, else the Manifest
 * of the unfinished block, or `manifest: null` when not even its header was whole.
 */
export type StateDiff = {
  readonly blocks: readonly DiffBlock[]
  readonly noChanges: boolean
  readonly cut: {readonly manifest: string | null} | null
}

export type StateDiffParser = {
  /** Takes the next piece of the text, cut anywhere. Throws `OUTPUT_UNPARSABLE` at the first line it does not know. */
  write(text: string): void
  end(): StateDiff
}

const headerColumns = /^ {2}STATUS +RESOURCE +HASH$/

/**
 * A line grammar of `tazuna state diff` in one pass, failing closed: a complete line that it does not know discards
 * everything. Knows the form of the code and that of the documentation (tazuna: pkg/runner/state_diff.go,
 * formatDiffHash; docs drift-monitoring.md). `redact` goes over the line that its error shows.
 */
export function stateDiffParser(redact: Redact = text => text): StateDiffParser {
  const blocks: DiffBlock[] = []
  const lines = lineSplitter()
  let expected: 'start' | 'header' | 'first-row' | 'row' | 'block' | 'nothing' = 'start'
  let manifest = ''
  let prefix = ''
  let entries: DiffEntry[] = []

  function take(line: string): void {
    switch (expected) {
      case 'row':
        return line === '' ? endBlock() : takeRow(line)
      case 'first-row':
        return takeRow(line)
      case 'header':
        if (!headerColumns.test(line)) unknown(line, 'the column titles')
        expected = 'first-row'
        return
      case 'start':
        if (line === 'No changes detected.') {
          expected = 'nothing'
          return
        }
        return startBlock(line)
      case 'block':
        return line === '' ? undefined : startBlock(line)
      case 'nothing':
        return unknown(line, 'the end after "No changes detected."')
    }
  }

  function startBlock(line: string): void {
    if (!line.startsWith('Manifest: ') || line.length === 'Manifest: '.length) unknown(line, '"Manifest: NAME"')
    manifest = line.slice('Manifest: '.length)
    prefix = `${manifest}/`
    entries = []
    expected = 'header'
  }

  function takeRow(line: string): void {
    entries.push(parseRow(line, manifest, prefix) ?? unknown(line, 'a row of the block'))
    expected = 'row'
  }

  function endBlock(): void {
    blocks.push({manifest, entries})
    expected = 'block'
  }

  function unknown(line: string, wanted: string): never {
    throw unknownLine('tazuna state diff', lines.count(), redact(line), wanted)
  }

  return {
    write(text) {
      lines.write(text, take)
    },
    end() {
      const rest = lines.rest()
      const insideBlock = expected === 'header' || expected === 'first-row' || expected === 'row'
      const cut = insideBlock ? {manifest} : rest === '' ? null : {manifest: null}
      return {blocks, noChanges: expected === 'nothing', cut}
    },
  }
}

/** Parses a whole text, e.g. a pasted one. Throws `OUTPUT_UNPARSABLE`; forgives one missing empty line at the end. */
export function parseStateDiff(text: string): StateDiff {
  const parser = stateDiffParser()
  parser.write(text)
  if (text !== '' && !text.endsWith('\n')) parser.write('\n')
  let diff = parser.end()
  if (diff.cut !== null) {
    try {
      parser.write('\n')
    } catch {
      throw incompleteText(diff)
    }
    diff = parser.end()
  }
  if (diff.cut !== null || (!diff.noChanges && diff.blocks.length === 0)) throw incompleteText(diff)
  return diff
}

/** The error for a text that ends too early, or says nothing at all. */
export function incompleteText(diff: StateDiff): WatchError {
  const where =
    diff.cut === null
      ? 'it has neither a block nor "No changes detected."'
      : diff.cut.manifest === null
        ? 'it ends inside a line'
        : `it ends inside the block of Manifest "${diff.cut.manifest}"`
  return new WatchError('OUTPUT_UNPARSABLE', `reading the output of tazuna state diff: ${where}`)
}

/** The error for a complete line that a parser does not know; shows at most 200 characters of it. */
export function unknownLine(command: string, lineNumber: number, line: string, wanted: string): WatchError {
  // a hash may be of a Secret, and include its plaintext
  const masked = line.replaceAll(/[0-9a-f]{16,}/gi, hash => `${hash.slice(0, 4)}…`)
  const shown = JSON.stringify(masked.length > 200 ? `${masked.slice(0, 200)}…` : masked)
  return new WatchError(
    'OUTPUT_UNPARSABLE',
    `reading the output of ${command}: line ${lineNumber} is ${shown} where ${wanted} was expected`,
  )
}

const oneHash = /^[0-9A-Za-z]+(?:\.{3})?$/
const storedHash = /^\(was: ([0-9A-Za-z]+(?:\.{3})?)\)$/
const twoHashes = /^([0-9A-Za-z]+(?:\.{3})?) -> ([0-9A-Za-z]+(?:\.{3})?)$/

/** Two spaces, then `%-14s %-60s %s`: fields are split at spaces, never at columns, as long ones push the others. */
function parseRow(line: string, manifest: string, prefix: string): DiffEntry | null {
  const diffType = parseDiffType(line)
  if (diffType === null) return null
  const resourceStart = skipSpaces(line, 2 + diffType.length)
  const resourceEnd = line.indexOf(' ', resourceStart)
  if (resourceEnd === -1) return null
  const stateKey = parseResourceColumn(prefix, line.slice(resourceStart, resourceEnd))
  if (stateKey === null) return null
  return toEntry(manifest, stateKey, diffType, line.slice(skipSpaces(line, resourceEnd)))
}

function parseDiffType(line: string): DiffType | null {
  for (const diffType of diffTypes) {
    if (line.startsWith(diffType, 2) && line.charCodeAt(2 + diffType.length) === 32) {
      return line.startsWith('  ') ? diffType : null
    }
  }
  return null
}

function toEntry(manifest: string, stateKey: string, diffType: DiffType, text: string): DiffEntry | null {
  if (oneHash.test(text)) {
    return diffType === 'removed'
      ? {manifest, stateKey, diffType, oldHash: text, newHash: null}
      : {manifest, stateKey, diffType, oldHash: null, newHash: text}
  }
  const stored = storedHash.exec(text)
  if (stored !== null) return {manifest, stateKey, diffType, oldHash: stored[1]!, newHash: null}
  const both = twoHashes.exec(text)
  if (both !== null) return {manifest, stateKey, diffType, oldHash: both[1]!, newHash: both[2]!}
  return null
}

function skipSpaces(line: string, from: number): number {
  let at = from
  while (line.charCodeAt(at) === 32) at += 1
  return at
}

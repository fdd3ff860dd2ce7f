import {readFile} from 'node:fs/promises'
import {addAbortSignal, type Readable} from 'node:stream'

import {sortByStateKey} from '../drift/account.ts'
import {toParsedEntry} from '../drift/to-findings.ts'
import {WatchError, errorText} from '../errors.ts'
import type {ExitCode} from '../model/exit-code.ts'
import type {ParsedDiff} from '../model/report.ts'
import {jsonPieces} from '../report/json.ts'
import {renderDiffText} from '../report/diff-text.ts'
import {parseStateDiff} from '../tazuna/parse-state-diff.ts'
import type {CommandContext} from './context.ts'

export type ParseFlags = {readonly format: 'json' | 'text'}

/**
 * Parses the text of `tazuna state diff` from a file or, for `-` or nothing, from stdin. Nothing is filtered. Throws
 * `SOURCE_NOT_FOUND` and `OUTPUT_UNPARSABLE`.
 */
export async function parse(file: string | undefined, flags: ParseFlags, context: CommandContext): Promise<ExitCode> {
  const diff = parseStateDiff(decode(await readInput(file, context)))
  const parsed: ParsedDiff = {
    schema: 'tazuna-watch/diff/v1',
    manifests: diff.blocks.map(({manifest}) => ({name: manifest})),
    entries: diff.blocks.flatMap(({entries}) => sortByStateKey(entries).map(toParsedEntry)),
  }
  const pieces = flags.format === 'json' ? jsonPieces(parsed) : [renderDiffText(parsed)]
  for (const piece of pieces) await context.stdout.write(piece)
  return 0
}

async function readInput(file: string | undefined, {stdin, interrupt}: CommandContext): Promise<Buffer> {
  if (file === undefined || file === '-') return await readAll(stdin, interrupt)
  try {
    return await readFile(file)
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const what = missing ? 'there is no such file' : errorText(error)
    throw new WatchError('SOURCE_NOT_FOUND', `reading ${file}: ${what}`, {cause: error, hint: 'check the path'})
  }
}

async function readAll(stdin: Readable, interrupt: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of addAbortSignal(interrupt, stdin) as AsyncIterable<Buffer>) chunks.push(chunk)
  } catch (error) {
    if (!interrupt.aborted) throw error
    throw new WatchError('CANCELLED', 'reading stdin: interrupted')
  }
  return Buffer.concat(chunks)
}

function decode(input: Buffer): string {
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(input)
  } catch (error) {
    throw new WatchError('OUTPUT_UNPARSABLE', 'reading the output of tazuna state diff: it is not UTF-8 text', {
      cause: error,
    })
  }
}

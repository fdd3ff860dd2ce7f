import {parseResourceColumn, type StateKey} from '../model/state-key.ts'
import type {StateList} from '../model/state-reading.ts'
import {lineSplitter} from './line-splitter.ts'
import {unknownLine} from './parse-state-diff.ts'

export type StateListParser = {
  /** Takes the next piece of the text, cut anywhere. Throws `OUTPUT_UNPARSABLE` at the first line it does not know. */
  write(text: string): void
  /** The list, or null when the text ended inside a block. */
  end(): StateList | null
}

const lastSynced = /^ {2}Last synced: (\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2}))$/
const gitCommit = /^ {2}Git commit: ([0-9a-zA-Z]+)$/
const headerColumns = /^ {2}RESOURCE +HASH$/
const row = /^ {2}(\S+) +([0-9A-Za-z]+(?:\.{3})?)$/

/** A line grammar of `tazuna state list`, failing closed (tazuna: pkg/runner/state_list.go, facts: 1.4). */
export function stateListParser(): StateListParser {
  const manifests: StateList[number][] = []
  const lines = lineSplitter()
  let expected: 'block' | 'metadata' | 'row' | 'end' = 'block'
  let block = newBlock('')

  function take(line: string): void {
    if (line === '' && expected !== 'metadata') {
      if (expected !== 'block') manifests.push(block)
      expected = 'block'
    } else if (expected === 'block') {
      takeName(line)
    } else if (expected === 'metadata') {
      takeMetadata(line)
    } else if (expected === 'row') {
      takeRow(line)
    } else {
      unknown(line, 'an empty line')
    }
  }

  function takeName(line: string): void {
    if (!line.startsWith('Manifest: ') || line.length === 'Manifest: '.length) unknown(line, '"Manifest: NAME"')
    block = newBlock(line.slice('Manifest: '.length))
    expected = 'metadata'
  }

  function takeMetadata(line: string): void {
    const synced = lastSynced.exec(line)
    const commit = gitCommit.exec(line)
    if (synced !== null) block.lastAppliedAt = synced[1]!
    else if (commit !== null) block.gitCommit = commit[1]!
    else if (line === '  No state found') expected = 'end'
    else if (headerColumns.test(line)) {
      block.stored = new Map()
      expected = 'row'
    } else unknown(line, 'the column titles or "No state found"')
  }

  function takeRow(line: string): void {
    const [, resource = '', hash = ''] = row.exec(line) ?? unknown(line, 'a resource and its hash')
    const stateKey = parseResourceColumn(`${block.name}/`, resource) ?? unknown(line, 'a resource of this Manifest')
    block.stored?.set(stateKey, hash)
  }

  function unknown(line: string, wanted: string): never {
    throw unknownLine('tazuna state list', lines.count(), line, wanted)
  }

  return {
    write(text) {
      lines.write(text, take)
    },
    end: () => (expected === 'block' && lines.rest() === '' ? manifests : null),
  }
}

function newBlock(name: string) {
  return {
    name,
    stored: null as Map<StateKey, string> | null,
    lastAppliedAt: null as string | null,
    gitCommit: null as string | null,
  }
}

import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'

import type {DiffType} from '../../src/model/diff-entry.ts'

export type PrintedRow = {diffType: DiffType; resource: string; hash: string}
export type PrintedBlock = {manifest: string; rows: PrintedRow[]}

/** The text of `tazuna state diff` for blocks, in the form that the code prints or that the documentation shows. */
export function printStateDiff(blocks: readonly PrintedBlock[], dialect: 'code' | 'documentation'): string {
  if (blocks.length === 0) return 'No changes detected.\n'
  return blocks
    .map(({manifest, rows}) => {
      const lines = rows.map(({diffType, resource, hash}) => {
        const shown = dialect === 'code' ? resource : `${manifest}/${resource}`
        return line(diffType, shown, diffType === 'removed' ? `(was: ${hash})` : hash)
      })
      return `Manifest: ${manifest}\n${line('STATUS', 'RESOURCE', 'HASH')}${lines.join('')}\n`
    })
    .join('')
}

function line(status: string, resource: string, hashText: string): string {
  return `  ${status.padEnd(14)} ${resource.padEnd(60)} ${hashText}\n`
}

/** A content hash: 64 hex digits. */
export function hash(seed: number | string): string {
  return createHash('sha256').update(String(seed)).digest('hex')
}

/** A file of test/fixtures as text. */
export function fixture(path: string): string {
  return readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8')
}

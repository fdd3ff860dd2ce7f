import {exitCodes} from '../src/model/exit-code.ts'
import {configRows} from './config-reference.ts'

/** The README with its tables as the code has them. */
export function withTables(readme: string): string {
  const codes = exitCodes.map(({code, means, retryHelps}) => [String(code), means, retryHelps])
  const withCodes = withTable(readme, '<!-- exit codes: made from src/model/exit-code.ts -->', [
    ['code', 'means', 'retry helps'],
    ...codes,
  ])
  return withTable(withCodes, '<!-- config: made from src/config/schema.ts -->', [
    ['key', 'type', 'default', ''],
    ...configRows(),
  ])
}

/** Replaces the table that follows the mark. */
function withTable(text: string, mark: string, [head = [], ...rows]: readonly (readonly string[])[]): string {
  const [before, after] = text.split(`${mark}\n`)
  if (after === undefined) throw new Error(`the README has no ${mark}`)
  const lines = [toLine(head), `|${head.map(() => '---|').join('')}`, ...rows.map(toLine)]
  return `${before}${mark}\n${lines.join('\n')}\n${after.replace(/^(?:\|.*\n)*/, '')}`
}

function toLine(cells: readonly string[]): string {
  return `| ${cells.map(cell => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`.replaceAll('|  |', '| |')
}

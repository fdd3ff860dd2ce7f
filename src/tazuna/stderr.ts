import type {Skipped} from '../model/state-reading.ts'
import {lineSplitter} from './line-splitter.ts'

/** What tazuna's stderr tells; everything but `tail` is collected while streaming, however much it is. */
export type Stderr = {
  /** The last 64 KiB. */
  readonly tail: string
  /** The text after `error: ` of the last such line: tazuna prints one, at its end (tazuna: cmd/root.go). */
  readonly error: string | null
  /** The text after `panic: ` or `fatal error: ` of the first such line: a Go program crashed. */
  readonly panic: string | null
  readonly skipped: Skipped
}

const tailSize = 64 * 1024
const longestLine = 64 * 1024

export function stderrReader() {
  const lines = lineSplitter()
  const named: string[] = []
  const unattributed: string[] = []
  let unnamed = 0
  let tail = ''
  let error: string | null = null
  let panic: string | null = null

  function take(line: string): void {
    if (line.startsWith('error: ')) error = line.slice('error: '.length)
    else if (panic === null && /^(?:panic|fatal error): /.test(line)) panic = line.slice(line.indexOf(': ') + 2)
    else if (/\blevel=WARN\b/.test(line) && line.includes('skipping')) takeSkip(line)
  }

  function takeSkip(line: string): void {
    const name = attribute(line, 'manifest') ?? attribute(line, 'name')
    if (name !== null && name !== '') named.push(name)
    else if (/no name|unnamed/.test(attribute(line, 'msg') ?? line)) unnamed += 1
    else if (unattributed.length < 20) unattributed.push(line)
  }

  return {
    async read(stderr: AsyncIterable<Buffer>): Promise<void> {
      const decoder = new TextDecoder()
      for await (const chunk of stderr) {
        const text = decoder.decode(chunk, {stream: true})
        tail = (tail + text).slice(-tailSize)
        lines.write(text, take)
        // a line without end must not grow without bound
        if (lines.rest().length > longestLine) lines.write('\n', take)
      }
    },
    end(): Stderr {
      if (lines.rest() !== '') lines.write('\n', take)
      return {tail, error, panic, skipped: {named, unnamed, unattributed}}
    },
  }
}

/** An attribute of a line of Go's slog text handler: `key=value` or `key="quoted value"`. */
function attribute(line: string, key: string): string | null {
  const match = new RegExp(`(?:^| )${key}=(?:"((?:[^"\\\\]|\\\\.)*)"|(\\S*))`).exec(line)
  if (match === null) return null
  return match[1] === undefined ? match[2]! : match[1].replaceAll(/\\(.)/g, '$1')
}

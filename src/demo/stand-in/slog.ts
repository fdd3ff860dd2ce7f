import {goQuote} from './go-quote.ts'

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR'
export type Attributes = Readonly<Record<string, string | number>>

/** One line as Go's `slog.TextHandler` writes it, with its newline. `time` is printed in UTC to the millisecond. */
export function slogLine(time: Date, level: LogLevel, message: string, attributes: Attributes): string {
  const pairs = Object.entries(attributes).map(([key, value]) => `${key}=${quoted(String(value))}`)
  return `${[`time=${time.toISOString()}`, `level=${level}`, `msg=${quoted(message)}`, ...pairs].join(' ')}\n`
}

/** Whether `-l` lets a line through; an unknown level means info. */
export function isLogged(level: LogLevel, flag: string): boolean {
  const least = levels.indexOf(flag.toUpperCase() as LogLevel)
  return levels.indexOf(level) >= (least === -1 ? levels.indexOf('INFO') : least)
}

const levels: readonly LogLevel[] = ['DEBUG', 'INFO', 'WARN', 'ERROR']

function quoted(text: string): string {
  return text === '' || /[\s"=\p{Cc}]/u.test(text.replaceAll('\u007F', '')) ? goQuote(text) : text
}

import {printableLines} from './report/printable.ts'
import type {Redact} from './secret.ts'

/** Lines on stderr, for people and log collectors. Holds no secret. */
export type Log = {
  /** What goes on, with `--verbose`; `code` is the kind of event. */
  info(code: string, message: string): void
  warning(code: string, message: string): void
  error(trouble: Trouble): void
}

/** What went wrong, and what to do. Only the list of config problems has more than one line. */
export type Trouble = {readonly code: string; readonly message: string; readonly hint: string}

/** What the command line says of the log. Default text, and not verbose. */
export type LogFlags = {readonly logFormat?: 'text' | 'json' | undefined; readonly verbose?: boolean | undefined}

export type LogOptions = LogFlags & {
  readonly write: (text: string) => void
  readonly clock: () => Date
  readonly redact: Redact
}

/** As text, or as one JSON object per line: time, level, code, message, hint (null where there is none). */
export function openLog({logFormat = 'text', verbose = false, write, clock, redact}: LogOptions): Log {
  const shown = (text: string) => printableLines(redact(text))
  const put = (level: Line['level'], code: string, message: string, hint: string | null = null) => {
    const line = {level, code, message: shown(message), hint: hint === null ? null : shown(hint)}
    write(logFormat === 'json' ? `${JSON.stringify({time: clock().toISOString(), ...line})}\n` : toText(line))
  }
  return {
    info(code, message) {
      if (verbose) put('info', code, message)
    },
    warning(code, message) {
      put('warning', code, message)
    },
    error({code, message, hint}) {
      put('error', code, message, hint)
    },
  }
}

type Line = {level: 'info' | 'warning' | 'error'; code: string; message: string; hint: string | null}

/** An error has two lines: what was attempted, on what, what happened; what to do. */
function toText({level, code, message, hint}: Line): string {
  const [first = '', ...rest] = message.split('\n')
  const head = level === 'info' ? `info: ${first}` : `${level}: ${first} (${code})`
  return [head, ...rest, ...(hint === null ? [] : [`hint: ${hint}`]), ''].join('\n')
}

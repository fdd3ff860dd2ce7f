import type {Redact} from './secret.ts'

/** Lines on stderr, for people and log collectors. Holds no secret. */
export type Log = {
  warning(code: string, message: string): void
  error(trouble: Trouble): void
}

/** What went wrong, and what to do. Only the list of config problems has more than one line. */
export type Trouble = {readonly code: string; readonly message: string; readonly hint: string}

export function textLog(write: (text: string) => void, redact: Redact): Log {
  return {
    warning(code, message) {
      write(`warning: ${redact(message)} (${code})\n`)
    },
    error(trouble) {
      write(redact(renderTrouble(trouble)))
    },
  }
}

/** Two lines: what was attempted, on what, what happened; what to do. */
export function renderTrouble({code, message, hint}: Trouble): string {
  const [first, ...rest] = message.split('\n')
  return [`error: ${first} (${code})`, ...rest, `hint: ${hint}`, ''].join('\n')
}

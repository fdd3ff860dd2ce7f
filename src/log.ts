import type {Redact} from './secret.ts'

/** Lines on stderr, for people and log collectors. Holds no secret. */
export type Log = {
  warning(message: string): void
  /** Two lines: what went wrong, and what to do. */
  error(message: string, hint: string | null): void
}

export function textLog(write: (text: string) => void, redact: Redact): Log {
  return {
    warning(message) {
      write(`warning: ${redact(message)}\n`)
    },
    error(message, hint) {
      write(`error: ${redact(message)}\n${hint === null ? '' : `hint: ${hint}\n`}`)
    },
  }
}

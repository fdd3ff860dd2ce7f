import {inspect} from 'node:util'

const redacted = '[redacted]'

/** A value that never prints: only `reveal()` gives it away, and only adapters call that. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return redacted
  }

  toJSON(): string {
    return redacted
  }

  [inspect.custom](): string {
    return redacted
  }
}

/** Replaces secrets in a text that is about to leave the process. */
export type Redact = (text: string) => string

/**
 * The one redactor. It hides each secret as it is, percent-encoded, JSON-escaped and in base64, also inside something
 * longer such as `user:password`; of a URL also its path (a webhook's path is its credential) and password; and the
 * password of any `user:password@` in the text. Redact before you cut: half a secret is not found.
 * The list may grow while the redactor is in use: credentials of a registry are known only once it asks for them.
 */
export function redactor(secrets: readonly Secret[]): Redact {
  let needles: string[] = []
  let known = -1
  return text => {
    if (known !== secrets.length) {
      needles = toNeedles(secrets)
      known = secrets.length
    }
    const hidden = needles.reduce((result, needle) => result.replaceAll(needle, redacted), text)
    return hidden.replaceAll(/(\w+:\/\/)[^\s/@:]*:[^\s/@]+@/g, `$1${redacted}@`)
  }
}

/** Longest first, so that no part of one hides the rest of it. What is shorter than 4 characters would hide too much. */
function toNeedles(secrets: readonly Secret[]): string[] {
  const all = new Set(secrets.flatMap(secret => spellings(secret.reveal())))
  return [...all].filter(needle => needle.length >= 4).toSorted((a, b) => b.length - a.length)
}

function spellings(value: string): string[] {
  const parts = [value, ...urlParts(value)]
  return parts.flatMap(part => [
    part,
    encodeURIComponent(part),
    JSON.stringify(part).slice(1, -1),
    Buffer.from(part).toString('base64'),
    ...[0, 1, 2].map(before => insideBase64(part, before)),
  ])
}

/** The characters that are always there when `before` bytes (modulo 3) precede the text in what is encoded. */
function insideBase64(text: string, before: number): string {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)])
  return bytes.toString('base64').slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6))
}

function urlParts(value: string): string[] {
  const url = URL.parse(value)
  if (url === null || url.host === '') return []
  const path = url.pathname + url.search
  const lastSegment = url.pathname.split('/').at(-1) ?? ''
  const secretSegment = lastSegment.length >= 8 ? [lastSegment] : []
  const path1 = path.length >= 8 ? [path, path.slice(1)] : []
  return [...path1, ...secretSegment, decodePercent(url.password), url.password]
}

/** As `decodeURIComponent`, but a lone percent sign stands for itself: URL takes one in a user or password. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

import type {Report} from '../model/report.ts'

/**
 * The report with texts that cannot move the cursor, change colours, reorder or hide: only messages have lines, and
 * what joins emoji stays. What a dry run would send is left as it is.
 */
export function printableReport({notifications, ...report}: Report): Report {
  return {
    ...(clean('', report) as Report),
    notifications: notifications.map(({name, detail, ...rest}) => ({
      ...rest,
      name: printableLine(name),
      detail: detail === null ? null : printableLine(detail),
    })),
  }
}

/** A text of one line, likewise. */
export function printableLine(text: string): string {
  return isPlain(text) ? text : text.replaceAll(/(?!\u200D)[\p{Cc}\p{Cf}\p{Cs}]/gu, '�')
}

/** A text of several lines, likewise. */
export function printableLines(text: string): string {
  return isPlain(text) ? text : text.replaceAll(/(?![\n\u200D])[\p{Cc}\p{Cf}\p{Cs}]/gu, '�')
}

/** As nearly all texts are: it takes a fraction of the time to see that. */
function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

function clean(key: string, value: unknown): unknown {
  if (typeof value === 'string') return key === 'message' ? printableLines(value) : printableLine(value)
  if (Array.isArray(value)) return value.map(item => clean(key, item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, clean(name, item)]))
}

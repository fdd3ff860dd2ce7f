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

/** The same value where nothing of it is to be replaced, as nearly always: a copy of a large report takes a while. */
function clean(key: string, value: unknown): unknown {
  if (typeof value === 'string') return key === 'message' ? printableLines(value) : printableLine(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map(item => clean(key, item))
    return items.every((item, index) => item === value[index]) ? value : items
  }
  let copy: Record<string, unknown> | null = null
  for (const name of Object.keys(value)) {
    const item = value[name as keyof typeof value]
    const cleaned = clean(name, item)
    if (cleaned === item) continue
    copy ??= {...value}
    copy[name] = cleaned
  }
  return copy ?? value
}

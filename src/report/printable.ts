import type {Report} from '../model/report.ts'

/**
 * The report with texts that cannot move the cursor, change colours, reorder or hide: only messages have lines, and
 * what joins emoji stays. What a dry run would send is left as it is.
 */
export function printableReport({notifications, ...report}: Report): Report {
  return {
    ...(JSON.parse(JSON.stringify(report), clean) as Report),
    notifications: notifications.map(({name, detail, ...rest}) => ({
      ...rest,
      name: printableLine(name),
      detail: detail === null ? null : printableLine(detail),
    })),
  }
}

/** A text of one line, likewise. */
export function printableLine(text: string): string {
  return text.replaceAll(/(?!\u200D)[\p{Cc}\p{Cf}\p{Cs}]/gu, '�')
}

/** A text of several lines, likewise. */
export function printableLines(text: string): string {
  return text.replaceAll(/(?![\n\u200D])[\p{Cc}\p{Cf}\p{Cs}]/gu, '�')
}

function clean(key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  return key === 'message' ? printableLines(value) : printableLine(value)
}

/** RFC 3339, UTC, to the second: the form of every time in the report. */
export function toTimestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}

/** A foreign RFC 3339 time in our form; null when it is none. */
export function normaliseTimestamp(text: string | null): string | null {
  const date = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(date) ? null : toTimestamp(new Date(date))
}

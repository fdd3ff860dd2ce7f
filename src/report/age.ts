import type {Report} from '../model/report.ts'

/** How long from one RFC 3339 time to another, in the largest unit that still tells something: `12 min`, `35 h`, `5 d`. */
export function age(from: string, to: string): string {
  const minutes = minutesBetween(from, to)
  if (minutes < 60) return `${minutes} min`
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`
  return `${Math.floor(minutes / (24 * 60))} d`
}

/** Since when something holds at the end of a run: `since 5 d`, or `just now` for what this run was the first to see. */
export function since(from: string, run: Pick<Report['run'], 'startedAt' | 'finishedAt'>): string {
  return isJustNow(from, run) ? 'just now' : `since ${age(from, run.finishedAt)}`
}

/** Whether a time lies in the run, or less than a minute before its end. */
export function isJustNow(
  from: string,
  {startedAt, finishedAt}: Pick<Report['run'], 'startedAt' | 'finishedAt'>,
): boolean {
  return from >= startedAt || minutesBetween(from, finishedAt) < 1
}

/** How long something was there that is over: `for 3 d`. */
export function lasted(from: string, to: string): string {
  return minutesBetween(from, to) < 1 ? 'for less than a minute' : `for ${age(from, to)}`
}

/** An RFC 3339 time in UTC as people read it, to the minute. */
export function utc(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
}

/** The same without its day where that is the day of `now`. */
export function utcOfDay(time: string, now: string): string {
  return time.slice(0, 10) === now.slice(0, 10) ? `${time.slice(11, 16)} UTC` : utc(time)
}

function minutesBetween(from: string, to: string): number {
  return Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 60_000))
}

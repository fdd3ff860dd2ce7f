import {TazunaError} from './go-error.ts'
import {goQuote} from './go-quote.ts'

/** `spec.minimumSupportedTazunaVersion` against the running version; a `dev` build skips the check (facts 9). */
export function checkSupportedVersion(minimum: string, running: string): void {
  const wanted = minimum.trim()
  if (wanted === '') return
  const least = toNumbers(wanted)
  if (least === null) {
    throw new TazunaError(
      `spec.minimumSupportedTazunaVersion ${goQuote(wanted)} is not a valid semver: invalid semantic version`,
    )
  }
  const own = toNumbers(running)
  if (own === null || compareNumbers(own, least) >= 0) return
  throw new TazunaError(
    `this tazuna.yaml requires tazuna >= ${least.join('.')}, but the running tazuna is ${running}; please upgrade tazuna`,
  )
}

function toNumbers(version: string): number[] | null {
  const match = /^v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:[-+].*)?$/.exec(version)
  return match === null ? null : match.slice(1, 4).map(part => Number((part as string | undefined) ?? 0))
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  return a.map((part, at) => part - b[at]!).find(difference => difference !== 0) ?? 0
}

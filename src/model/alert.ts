import type {LastKnown} from './last-known.ts'

/** What a receiver of alerts knows an alert by; cluster and watch are the same for all of one memory. */
export type AlertKey = {
  readonly name: 'TazunaDrift' | 'TazunaWatchCheckFailed'
  /** Null: it is about the run as a whole. */
  readonly manifest: string | null
}

export type Alert = AlertKey & {
  /** RFC 3339; never later than what it is about was first seen. */
  readonly startsAt: string
}

/**
 * A receiver to which every run sends all open alerts, and that is to be told when one ends. `id` is kept in the memory:
 * it holds no secret.
 */
export type AlertReceiver = {
  readonly id: string
  /** Runs in a row that must fail before that is an alert. */
  readonly failuresBeforeNotice: number
}

/** An alert that is over: `deliveries` is how often its receiver was told so. */
export type EndedAlert = Alert & {readonly deliveries: number}

/** Everything that is wrong as far as is known: drift per Manifest, and what fails for long enough. */
export function openAlerts(
  {manifests, failing}: Pick<LastKnown, 'manifests' | 'failing'>,
  {failuresBeforeNotice}: Pick<AlertReceiver, 'failuresBeforeNotice'>,
): Alert[] {
  const lasts = (one: LastKnown['failing']) => one !== null && one.groups >= failuresBeforeNotice
  return [
    ...(failing !== null && lasts(failing)
      ? [{name: 'TazunaWatchCheckFailed', manifest: null, startsAt: failing.since} as const]
      : []),
    ...manifests.flatMap(({name: manifest, firstSeenAt, failing: own}): Alert[] => [
      ...(firstSeenAt === null ? [] : [{name: 'TazunaDrift', manifest, startsAt: firstSeenAt} as const]),
      ...(own !== null && lasts(own) ? [{name: 'TazunaWatchCheckFailed', manifest, startsAt: own.since} as const] : []),
    ]),
  ]
}

/** Those of `alerts` that are not among `others`. */
export function alertsWithout<One extends AlertKey>(alerts: readonly One[], others: readonly AlertKey[]): One[] {
  const keys = new Set(others.map(keyOf))
  return alerts.filter(alert => !keys.has(keyOf(alert)))
}

function keyOf({name, manifest}: AlertKey): string {
  return JSON.stringify([name, manifest])
}

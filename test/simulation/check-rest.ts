import {checkAlertsAtRest} from './play-alerts.ts'
import type {Playing} from './playing.ts'
import type {Schedule} from './schedule.ts'
import {isMatched} from './settle.ts'
import {isIgnored, rowsOf} from './world.ts'

/**
 * After some quiet runs with everything up, each longer after the other than any interval, the last one reminds every
 * notifier of exactly what is there. Looks at the world alone, not at what the checker believes.
 */
export function checkRest({world, model, lastRun, alerting}: Playing, {steps}: Schedule): string[] {
  const isQuiet = steps.length >= 4 && steps.slice(-4).every(step => step.isQuiet)
  if (!isQuiet || lastRun === null) return []
  // a mute that was set before the clock was set back
  const isMuted = (key: string) =>
    model.current.mutes.some(mute => [key, key.split('/')[0]].includes(mute.key) && mute.until > world.now)
  const told = world.notifiers
    .filter(({configured}) => configured)
    .flatMap(notifier => {
      const {name} = notifier
      const stated = lastRun.attempts.get(name)?.manifests.flatMap(({open}) => open.map(({stateKey}) => stateKey)) ?? []
      const drift = world.manifests.flatMap(manifest => {
        const rows = rowsOf(world, manifest).filter(row => row.diffType !== 'always-sync')
        return rows.filter(
          row => isMatched(notifier, row.manifest, row.diffType) && !isIgnored(row, world.ignore, world.now),
        )
      })
      const keys = drift.map(({stateKey}) => stateKey)
      const unsaid = keys
        .filter(key => !stated.includes(key) && !isMuted(key))
        .map(key => `(b) at rest, ${name} is not reminded of ${key}`)
      const wrong = stated.filter(key => !keys.includes(key)).map(key => `(c) at rest, ${name} is told of ${key}`)
      const needless = keys.length === 0 && lastRun.attempts.has(name) ? [`(d) at rest, ${name} is told something`] : []
      return [...unsaid, ...wrong, ...needless]
    })
  return [...told, ...checkAlertsAtRest(world, alerting)]
}

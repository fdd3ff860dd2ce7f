import type {RunEvent} from '../event.ts'
import type {Log} from '../log.ts'

/** What `--verbose` says of an event. */
export function logEvent(event: RunEvent, log: Log): void {
  switch (event.type) {
    case 'stage':
      return log.info('STAGE', event.detail)
    case 'call': {
      const end = event.exitCode === null ? 'was killed' : `ended with ${event.exitCode}`
      return log.info('CALL', `tazuna ${event.words} ${end} after ${inSeconds(event.seconds)}`)
    }
    case 'request': {
      const answer = event.status === null ? 'got no answer' : `was answered ${event.status}`
      return log.info('REQUEST', `${event.method} ${event.origin} ${answer} after ${inSeconds(event.seconds)}`)
    }
    case 'delivery': {
      const {name, delivery} = event
      const after = `after ${delivery.attempts} ${delivery.attempts === 1 ? 'attempt' : 'attempts'}`
      return log.info('DELIVERY', `${name} ${delivery.ok ? 'delivered' : 'failed'} ${after}`)
    }
    case 'pulled':
      return undefined
  }
}

function inSeconds(seconds: number): string {
  return `${seconds.toFixed(2)} s`
}

import {alertsWithout, openAlerts, type Alert, type AlertReceiver, type EndedAlert} from '../model/alert.ts'
import type {KnownAlertReceiver, Memory} from '../model/memory.ts'
import {toTimestamp} from '../model/time.ts'
import {toLastKnown} from './last-known.ts'

/** A receiver that no config has any more, in milliseconds. */
const unusedReceiver = 30 * 24 * 60 * 60 * 1000
/**
 * How often a receiver is told that an alert ended: a run with an older reading may still be sending it as open, and a
 * receiver that starts again just then says it to nobody.
 */
const deliveriesOfEnd = 2

/**
 * The memory with the alerts that ended between two readings, for every receiver that is known, also those that this
 * config does not have: each is to be told. Only proof ends an alert; one of a Manifest that is gone is sent no
 * more, and ends by itself.
 */
export function followAlerts(before: Memory, memory: Memory, receivers: readonly AlertReceiver[], now: Date): Memory {
  const isUsed = ({configuredAt}: KnownAlertReceiver) => now.getTime() - Date.parse(configuredAt) < unusedReceiver
  const known = new Map([...before.alertReceivers].filter(([, receiver]) => isUsed(receiver)))
  for (const {id, failuresBeforeNotice} of receivers) {
    known.set(id, {configuredAt: toTimestamp(now), failuresBeforeNotice, ended: known.get(id)?.ended ?? []})
  }
  if (known.size === 0) return {...memory, alertReceivers: known}
  const [last, current] = [toLastKnown(withReturned(before, memory)), toLastKnown(memory)]
  const ended = (receiver: KnownAlertReceiver): EndedAlert[] => {
    const open = openAlerts(current, receiver)
    const over = alertsWithout(openAlerts(last, receiver), open).filter(alert => isProven(alert, memory))
    const begun = over.map(alert => ({...alert, deliveries: 0}))
    return [...alertsWithout(alertsWithout(receiver.ended, open), over), ...begun]
  }
  return {...memory, alertReceivers: new Map([...known].map(([id, one]) => [id, {...one, ended: ended(one)}]))}
}

/** What was gone and is back is compared with what was known of it before it went. */
function withReturned(before: Memory, {manifests}: Memory): Memory {
  const isBack = (name: string) => manifests.get(name)?.goneSince === null
  const entries = [...before.manifests].map(([name, known]) => {
    return [name, known.goneSince !== null && isBack(name) ? {...known, goneSince: null} : known] as const
  })
  return {...before, manifests: new Map(entries)}
}

/** The memory once a receiver got to know that these alerts ended. */
export function alertsDelivered(memory: Memory, id: string, delivered: readonly Alert[]): Memory {
  const receiver = memory.alertReceivers.get(id)
  if (receiver === undefined || receiver.ended.length === 0) return memory
  const told = alertsWithout(receiver.ended, alertsWithout(receiver.ended, delivered))
  const ended = receiver.ended
    .map(one => (told.includes(one) ? {...one, deliveries: one.deliveries + 1} : one))
    .filter(({deliveries}) => deliveries < deliveriesOfEnd)
  return {...memory, alertReceivers: new Map([...memory.alertReceivers, [id, {...receiver, ended}]])}
}

function isProven({manifest}: Alert, {manifests}: Memory): boolean {
  return manifest === null || manifests.get(manifest)?.goneSince === null
}

import {alertsWithout, openAlerts, type Alert, type AlertReceiver} from '../model/alert.ts'
import type {KnownAlertReceiver, Memory} from '../model/memory.ts'
import {toTimestamp} from '../model/time.ts'
import {toLastKnown} from './last-known.ts'

/** A receiver that no config has any more, in milliseconds. */
const unusedReceiver = 30 * 24 * 60 * 60 * 1000

/**
 * The memory with the alerts that ended between two readings, for every receiver that is known, also those that this
 * config does not have: each is to be told once. Only proof ends an alert; one of a Manifest that is gone is sent no
 * more, and ends by itself.
 */
export function followAlerts(before: Memory, memory: Memory, receivers: readonly AlertReceiver[], now: Date): Memory {
  const isUsed = ({configuredAt}: KnownAlertReceiver) => now.getTime() - Date.parse(configuredAt) < unusedReceiver
  const known = new Map([...before.alertReceivers].filter(([, receiver]) => isUsed(receiver)))
  for (const {id, failuresBeforeNotice} of receivers) {
    known.set(id, {configuredAt: toTimestamp(now), failuresBeforeNotice, ended: known.get(id)?.ended ?? []})
  }
  if (known.size === 0) return {...memory, alertReceivers: known}
  const [last, current] = [toLastKnown(before), toLastKnown(memory)]
  const ended = (receiver: KnownAlertReceiver): Alert[] => {
    const open = openAlerts(current, receiver)
    const over = alertsWithout(openAlerts(last, receiver), open).filter(alert => isProven(alert, memory))
    return [...alertsWithout(alertsWithout(receiver.ended, open), over), ...over]
  }
  return {...memory, alertReceivers: new Map([...known].map(([id, one]) => [id, {...one, ended: ended(one)}]))}
}

/** The memory once a receiver got to know that these alerts ended. */
export function alertsDelivered(memory: Memory, id: string, delivered: readonly Alert[]): Memory {
  const receiver = memory.alertReceivers.get(id)
  if (receiver === undefined || receiver.ended.length === 0) return memory
  const ended = alertsWithout(receiver.ended, delivered)
  return {...memory, alertReceivers: new Map([...memory.alertReceivers, [id, {...receiver, ended}]])}
}

function isProven({manifest}: Alert, {manifests}: Memory): boolean {
  return manifest === null || manifests.get(manifest)?.goneSince === null
}

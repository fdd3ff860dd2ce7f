import {alertsWithout, openAlerts, type Alert} from '../../src/model/alert.ts'
import type {LastKnown} from '../../src/model/last-known.ts'
import type {Delivery} from '../../src/notify/notifier.ts'
import type {Sink} from '../../src/sink/sink.ts'
import {hasDrift} from './check-report.ts'
import type {Model} from './model.ts'
import type {RunInPlay} from './playing.ts'
import type {RunFacts} from './run-facts.ts'
import {isDrift} from './truth.ts'
import {rowsOf, type World} from './world.ts'

/**
 * What a receiver of alerts shows: here none ends by itself, so that one whose end was lost stays. Keys are
 * `TazunaDrift web`.
 */
export type Alerting = {readonly active: Set<string>}

const receiver = {id: 'am', failuresBeforeNotice: 1}

type Payload = {readonly open: readonly Alert[]; readonly ended: readonly Alert[]; readonly known: readonly string[]}

/** A sink that sends what is open and what ended, as one of Alertmanager does. */
export function playAlerts({sim, plan, run}: RunInPlay): Sink<Payload> {
  const {alerting, model, note} = sim
  return {
    name: 'alerts',
    type: 'alerts',
    alertReceiver: receiver,
    render: (_report, lastKnown) => (lastKnown?.isKept === true ? toPayload(lastKnown) : null),
    show: payload => payload,
    async send(payload): Promise<Delivery> {
      const how = plan.alerts
      if (how === 'refused') return {ok: false, attempts: 1, retryable: true, detail: 'refused'}
      note(
        () => `    alerts: ${payload.open.map(keyOf).join(', ') || 'none'}; ended ${payload.ended.map(keyOf).join()}`,
      )
      if (run.isAlone && !run.saveTrouble) model.violations.push(...checkEnded(payload.ended, model, run.facts))
      // what could perhaps not be remembered ends by itself
      take(alerting, run.saveTrouble ? {...payload, open: []} : payload)
      return how === 'answer lost'
        ? {ok: false, attempts: 1, retryable: true, detail: 'no answer'}
        : {ok: true, attempts: 1}
    },
  }
}

/** At rest what is active is what is wrong, as far as the world knows. */
export function checkAlertsAtRest(world: World, {active}: Alerting): string[] {
  const drifted = new Set(
    world.manifests.flatMap(manifest => {
      const rows = rowsOf(world, manifest).filter(row => isDrift(row, world.ignore, world.now))
      return rows.length > 0 ? [`TazunaDrift ${manifest.name}`] : []
    }),
  )
  return [
    ...[...drifted].filter(key => !active.has(key)).map(key => `(k) at rest, there is no alert ${key}`),
    ...[...active].filter(key => !drifted.has(key)).map(key => `(k) at rest, the alert ${key} never ended`),
  ]
}

function toPayload(lastKnown: LastKnown): Payload {
  const open = openAlerts(lastKnown, receiver)
  const ended = alertsWithout(lastKnown.endedAlerts.get(receiver.id) ?? [], open)
  return {open, ended, known: lastKnown.manifests.map(({name}) => name)}
}

/** What is gone is sent no more: it ends by itself. */
function take({active}: Alerting, {open, ended, known}: Payload): void {
  const there = new Set(known)
  for (const key of active) {
    const [, manifest] = key.split(' ')
    if (manifest !== undefined && !there.has(manifest)) active.delete(key)
  }
  for (const alert of open) active.add(keyOf(alert))
  for (const alert of ended) active.delete(keyOf(alert))
}

/** Only what is proven to be over may end. */
function checkEnded(ended: readonly Alert[], {current}: Model, facts: RunFacts): string[] {
  return ended.flatMap(({name, manifest}) => {
    const seen = manifest === null ? undefined : current.manifests.get(manifest)
    const isOver = name !== 'TazunaDrift' || seen === undefined || !hasDrift(manifest!, seen, facts)
    return isOver ? [] : [`(k) the alert of ${manifest} ends, and it is still there`]
  })
}

function keyOf({name, manifest}: Alert): string {
  return manifest === null ? name : `${name} ${manifest}`
}

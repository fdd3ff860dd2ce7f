import {describe, expect, it} from 'vitest'

import type {RunEvent} from '../../src/event.ts'
import {redactor, Secret} from '../../src/secret.ts'
import {push, type PushOptions} from '../../src/sink/push.ts'
import type {Sink} from '../../src/sink/sink.ts'
import {buildLastKnown} from '../metrics/build-last-known.ts'
import {buildReport} from '../support/report-builder.ts'

const report = buildReport([{name: 'web'}])
const lastKnown = buildLastKnown([{name: 'web'}], {muted: 3})

function pushTo(sinks: readonly Sink[], over: Partial<PushOptions> = {}) {
  const events: RunEvent[] = []
  const options: PushOptions = {
    sinks,
    run: {dryRun: false},
    onEvent: event => events.push(event),
    redact: redactor([new Secret('canary-gateway')]),
    deliverySignal: new AbortController().signal,
    ...over,
  }
  return {events, items: push(report, lastKnown, options)}
}

function sink(type: string, over: Partial<Sink> = {}): Sink {
  return {
    name: type,
    type,
    render: ({outcome}, known) => ({outcome, muted: known?.muted}),
    show: payload => ({shown: payload}),
    send: () => Promise.resolve({ok: true, attempts: 1}),
    ...over,
  }
}

const bug = () => {
  throw new TypeError('no such thing as canary-gateway')
}

describe('push', () => {
  it('gives every sink the run, also a clean one, and what is remembered', async () => {
    const sent: unknown[] = []
    const send: Sink['send'] = payload => {
      sent.push(payload)
      return Promise.resolve({ok: true, attempts: 2})
    }
    const {items, events} = pushTo([sink('a', {send}), sink('b', {send})])
    expect(await items).toMatchObject([
      {name: 'a', type: 'a', role: 'sink', delivery: 'delivered', reasons: [], attempts: 2, pending: 0, detail: null},
      {name: 'b', delivery: 'delivered'},
    ])
    expect(sent).toEqual([
      {outcome: 'clean', muted: 3},
      {outcome: 'clean', muted: 3},
    ])
    expect(events.map(event => event.type === 'delivery' && event.name)).toEqual(['a', 'b'])
  })

  it.each<[string, Partial<Sink>, object]>([
    [
      'fails',
      {send: () => Promise.resolve({ok: false, attempts: 4, retryable: true, detail: 'it answered 503'})},
      {delivery: 'failed', attempts: 4, detail: 'it answered 503'},
    ],
    ['has nothing due', {render: () => null}, {delivery: 'nothing-due', attempts: 0, detail: null}],
    [
      'cannot render',
      {render: bug},
      {delivery: 'failed', attempts: 0, detail: 'this is a bug in tazuna-watch: no such thing as [redacted]'},
    ],
    [
      'throws',
      {send: bug},
      {delivery: 'failed', attempts: 0, detail: 'this is a bug in tazuna-watch: no such thing as [redacted]'},
    ],
  ])('fills the others in spite of a sink that %s', async (_title, over, item) => {
    const {items} = pushTo([sink('first', over), sink('second')])
    expect(await items).toMatchObject([
      {name: 'first', ...item},
      {name: 'second', delivery: 'delivered'},
    ])
  })

  it('only shows what it would send in a dry run', async () => {
    const {items, events} = pushTo([sink('a', {send: bug})], {run: {dryRun: true}})
    expect(await items).toMatchObject([{delivery: 'dry-run', payload: {shown: {outcome: 'clean', muted: 3}}}])
    expect(events).toEqual([])
  })
})

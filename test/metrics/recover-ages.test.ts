import {describe, expect, it} from 'vitest'

import type {GatewayGroup} from '../../src/metrics/gateway-group.ts'
import {recoverAges} from '../../src/metrics/recover-ages.ts'

const now = new Date('2026-11-21T09:00:00Z')
const seconds = now.getTime() / 1000
const [ownAge, ownDrift] = ['tazuna_watch_manifest_first_seen_timestamp_seconds', 'tazuna_watch_manifest_drift']

function groupOf(families: Record<string, readonly [name: string, value: number][]>): GatewayGroup {
  return new Map(
    Object.entries(families).map(([family, samples]) => [
      family,
      samples.map(([name, value]) => ({
        labels: {[family.startsWith('drift_') ? 'stack' : 'manifest']: name, cluster: 'prod'},
        value,
      })),
    ]),
  )
}

function recover(families: Parameters<typeof groupOf>[0]): Record<string, string> {
  return Object.fromEntries(recoverAges(groupOf(families), now))
}

describe('recoverAges', () => {
  it('reads since when each Manifest is drifted', () => {
    expect(
      recover({
        [ownAge]: [
          ['web', seconds - 3600],
          ['api', seconds - 0.5],
        ],
      }),
    ).toStrictEqual({
      web: '2026-11-21T08:00:00Z',
      api: '2026-11-21T08:59:59Z',
    })
  })

  it('asks drift_stack where our own gauges say nothing', () => {
    const stack: [string, number][] = [
      ['web', seconds - 7200],
      ['api', seconds - 60],
    ]
    expect(recover({[ownAge]: [['web', seconds - 3600]], drift_stack_first_seen: stack})).toStrictEqual({
      web: '2026-11-21T08:00:00Z',
      api: '2026-11-21T08:59:00Z',
    })
  })

  it('knows nothing of a group without them', () => {
    expect(recover({other: [['web', 1]]})).toStrictEqual({})
  })

  it.each([
    ['the beginning of time', 0],
    ['before it', -62_135_596_800],
    ['no number', Number.NaN],
    ['endless', Number.POSITIVE_INFINITY],
    ['milliseconds', now.getTime()],
    ['more than 5 minutes from now', seconds + 301],
  ])('ignores a time that cannot be: %s', (_, value) => {
    expect(
      recover({
        [ownAge]: [
          ['web', value],
          ['api', seconds],
        ],
      }),
    ).toStrictEqual({api: '2026-11-21T09:00:00Z'})
  })

  it('takes one of a clock that is 5 minutes ahead', () => {
    expect(recover({[ownAge]: [['web', seconds + 300]]})).toStrictEqual({web: '2026-11-21T09:05:00Z'})
  })

  it('ignores the age of a Manifest that was in sync: it was left there', () => {
    const families = {
      [ownAge]: [
        ['web', seconds - 60],
        ['api', seconds - 60],
        ['db', seconds - 60],
      ],
      [ownDrift]: [
        ['web', 0],
        ['api', 1],
      ],
    } as Record<string, [string, number][]>
    expect(Object.keys(recover(families))).toStrictEqual(['api', 'db'])
  })
})

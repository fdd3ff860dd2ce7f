import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {reasons, type Reason} from '../../../src/model/report.ts'
import type {Notification} from '../../../src/notify/notifier.ts'
import {renderMessage} from '../../../src/notify/slack/message.ts'
import {blockTexts} from '../../../src/notify/slack/payload.ts'
import {renderSlackText} from '../../../src/notify/slack/text.ts'
import {
  buildFailedReport,
  buildManifestNotice,
  buildNotification,
  buildReport,
  noticesOf,
} from '../../support/report-builder.ts'
import {anyNotification} from './any-notification.ts'
import {reasonSituations} from './reason-situations.ts'

function titleOf(notification: Notification): string {
  return blockTexts(renderMessage(notification).blocks[0]!)[0]!.text
}

function firstLine(notification: Notification): string {
  return renderSlackText(renderMessage(notification)).split('\n')[2]!
}

function openingLines(notification: Notification): string[] {
  return renderSlackText(renderMessage(notification)).split('\n').slice(2, 5)
}

const row = {type: 'modified', resource: '/v1/ConfigMap/web/a', firstSeenAt: '2026-11-16T08:30:00Z'} as const
const drifted = buildReport([{name: 'web', rows: [row]}, {name: 'dns'}])
const begun = {name: 'api', rows: [{...row, firstSeenAt: '2026-11-21T09:00:01Z'}]}
const justDrifted = buildReport([begun, {name: 'dns'}])
const both = buildReport([{name: 'web', rows: [row]}, begun])

/** All drift of the report is open, and was told before. */
function stillOpen(due: readonly Reason[], report = drifted): Notification {
  const manifests = noticesOf(report).map(one => ({
    ...one,
    reasons: due,
    open: one.open.map(entry => ({...entry, status: 'open' as const})),
  }))
  return buildNotification(report, {reasons: due, manifests})
}

describe('the first lines', () => {
  it.each(reasons)('have one of their own for %s', reason => {
    const [name] = Object.entries(reasonSituations).find(([, {reasons: due}]) => due.includes(reason)) ?? []
    expect(name).toBeDefined()
    const others = reasons.filter(other => other !== reason).map(other => firstLine(stillOpen([other])))
    expect(others).not.toContain(firstLine(stillOpen([reason])))
  })

  it('stand in the order of the reasons, whatever the order of the notice', () => {
    const lines = openingLines(stillOpen(['reminder', 'first-drift', 'check-failed']))
    expect(lines).toEqual(openingLines(stillOpen(['check-failed', 'first-drift', 'reminder'])))
    expect(lines[2]).toMatch(/^Reminder/)
  })

  it.each([
    [1, '`a` is no longer in tazuna.yaml; what it applied may still be in the cluster.'],
    [2, '`a` and `b` are no longer in tazuna.yaml; what they applied may still be in the cluster.'],
    [3, '`a`, `b` and `c` are no longer in tazuna.yaml; what they applied may still be in the cluster.'],
    [
      5,
      '`a`, `b`, `c` and 2 more Manifests are no longer in tazuna.yaml; what they applied may still be in the cluster.',
    ],
  ])('name %i Manifests as there is room', (count, line) => {
    const gone = ['a', 'b', 'c', 'd', 'e']
      .slice(0, count)
      .map(name =>
        buildManifestNotice(name, {reasons: ['manifest-gone'], goneSince: '2026-11-21T09:00:01Z', checked: false}),
      )
    expect(firstLine(buildNotification(drifted, {reasons: ['manifest-gone'], manifests: gone}))).toBe(
      line.replaceAll('`', ''),
    )
  })

  it('say that a run fails again although that is no reason of this message', () => {
    const report = buildFailedReport({code: 'ARTIFACT_NETWORK', message: 'x', hint: 'y'})
    const failing = {code: 'ARTIFACT_NETWORK', groups: 26, group: '1', since: '2026-11-20T08:30:00Z'}
    expect(firstLine(buildNotification(report, {reasons: ['reminder'], failing}))).toBe(
      'The check fails since 24 h, 26 runs in a row, now with ARTIFACT_NETWORK. What was not checked is not known to be in sync.',
    )
  })

  it.each([
    ['first-drift', justDrifted, 'Drift began in api: 1 modified.'],
    ['first-drift', drifted, 'Drift of web that was held back until now: 1 modified.'],
    ['first-drift', both, 'Drift began in api: 1 modified. Drift of web that was held back until now: 1 modified.'],
    ['new-entries', justDrifted, 'More has drifted in api: 1 modified.'],
    ['new-entries', drifted, 'More drift of web that was held back until now: 1 modified.'],
  ] as const)('say only of what is new that it begins: %s, message %#', (reason, report, line) => {
    const manifests = noticesOf(report).map(one => ({...one, reasons: one.open.length > 0 ? [reason] : []}))
    expect(firstLine(buildNotification(report, {reasons: [reason], manifests}))).toBe(line)
  })

  it.each([
    ['new ones', ['first-drift'], 'new', true],
    ['known ones', ['first-drift'], 'open', true],
    ['known ones, next to a change', ['entries-changed'], 'open', false],
  ] as const)('warn of a plain apply when rows are removed: %s', (_, due, status, isWarned) => {
    const report = buildReport([{name: 'web', rows: [{...row, type: 'removed'}]}])
    const manifests = stillOpen(due, report).manifests.map(one => ({
      ...one,
      open: one.open.map(entry => ({...entry, status})),
    }))
    const line = firstLine(buildNotification(report, {reasons: due, manifests}))
    expect(line.includes('No plain tazuna apply')).toBe(isWarned)
  })
})

describe('the title', () => {
  const resolved = {
    stateKey: 'web//v1/ConfigMap/web/b',
    diffType: 'modified',
    firstSeenAt: '2026-11-18T08:30:00Z',
    absentSince: '2026-11-21T09:00:01Z',
    wasTold: true,
  } as const
  const clean = buildReport([{name: 'web'}, {name: 'dns'}])
  const incomplete = buildReport([{name: 'web'}, {name: 'dns', outcome: 'not-checked'}])
  const settled = [buildManifestNotice('web', {reasons: ['all-resolved'], resolved: [resolved]})]
  const partly = stillOpen(['some-resolved']).manifests.map(one => ({...one, resolved: [resolved]}))
  const removedToo = [{...settled[0]!, resolved: [resolved, {...resolved, diffType: 'removed' as const}]}]

  it.each([
    ['all resolved of a clean run', clean, settled, '✅ prod-tokyo · 1 entry in sync again, all in sync'],
    ['all told resolved while others have drift', drifted, settled, '✅ prod-tokyo · 1 entry in sync again'],
    [
      'resolved of a run that did not check all',
      incomplete,
      settled,
      '⚠️ prod-tokyo · check incomplete, 1 entry in sync again',
    ],
    [
      'a removed row that is no longer there',
      drifted,
      removedToo,
      '✅ prod-tokyo · 1 entry in sync again, 1 no longer listed as removed',
    ],
    ['some resolved', drifted, partly, '🟠 prod-tokyo · still drift in 1 Manifest, 1 entry in sync again'],
  ])('calls nothing in sync that is not known to be: %s', (_, report, manifests, title) => {
    expect(titleOf(buildNotification(report, {reasons: ['all-resolved'], manifests}))).toBe(title)
  })

  it.each([
    [stillOpen(['reminder']), '🟠 prod-tokyo · still drift in 1 Manifest'],
    [stillOpen(['baseline']), '🟠 prod-tokyo · drift in 1 Manifest'],
    [stillOpen(['first-drift']), '🟠 prod-tokyo · older drift in 1 Manifest'],
    [stillOpen(['first-drift'], justDrifted), '🟠 prod-tokyo · new drift in 1 Manifest'],
    [stillOpen(['first-drift'], both), '🟠 prod-tokyo · new drift in 1 Manifest, older in 1 more'],
    [stillOpen(['entries-changed', 'reminder']), '🟠 prod-tokyo · drift changed in 1 Manifest'],
    [stillOpen(['check-recovered']), '🟠 prod-tokyo · check works again, still drift in 1 Manifest'],
    [buildNotification(clean, {reasons: ['check-recovered']}), '✅ prod-tokyo · check works again, all in sync'],
    [buildNotification(drifted, {reasons: ['reminder'], manifests: []}), '🟠 prod-tokyo · drift'],
    [reasonSituations['a mass drift: State is missing']!, '🔴 prod-tokyo · wrong cluster, or lost State?'],
  ])('fits the reasons of message %#', (notification, title) => {
    expect(titleOf(notification)).toBe(title)
  })

  it('is never a false clean, whatever there is to say', () => {
    fc.assert(
      fc.property(anyNotification(4, 3), notification => {
        const {massDrift, manifests, report} = notification
        const {text} = renderMessage(notification)
        const verdict = titleOf(notification).split(' · ').at(-1)!
        const isOpen = manifests.some(
          ({open, folded, goneSince}) =>
            goneSince === null && (folded !== null || open.some(({diffType}) => diffType !== 'always-sync')),
        )
        const isClean = massDrift === null && report.outcome === 'clean' && !isOpen
        const isGood = massDrift === null && ['clean', 'drift'].includes(report.outcome) && !isOpen
        const saysClean = /(?:^|, |all )in sync(?! again)/.test(verdict) || text.includes('all in sync')
        expect({
          saysClean: saysClean && !isClean,
          looksGood: titleOf(notification).startsWith('✅') && !isGood,
        }).toEqual({
          saysClean: false,
          looksGood: false,
        })
      }),
      {numRuns: 500},
    )
  })

  it('keeps room for the name of the cluster, whatever there is to say', () => {
    const report = buildReport(
      [
        {name: 'web', rows: [row]},
        {name: 'dns', outcome: 'error', error: 'x'},
      ],
      {cluster: 'c'.repeat(253)},
    )
    const gone = buildManifestNotice('old', {goneSince: '2026-11-21T09:00:01Z', reasons: ['manifest-gone']})
    const all = Array.from({length: 5000}, (_, index) => ({...resolved, stateKey: `web//v1/ConfigMap/web/${index}`}))
    const manifests = [
      ...stillOpen(['first-drift'], report).manifests,
      gone,
      {...removedToo[0]!, name: 'b', resolved: all},
    ]
    const title = titleOf(
      buildNotification(report, {reasons: ['first-drift', 'manifest-gone', 'check-recovered'], manifests}),
    )
    expect(title).toHaveLength(150)
    expect(title).toMatch(/^⚠️ c{45,}… · check incomplete, check works again, older drift in 1 Manifest, /)
  })
})

describe('a mass drift', () => {
  const massDrift = {kind: 'state-missing', since: '2026-11-21T05:30:00Z', affected: 2, total: 2} as const

  it('names no Manifest, proposes no apply, and says what to check', () => {
    const report = buildReport([
      {name: 'web', rows: [row]},
      {name: 'dns', outcome: 'not-checked', error: 'x'},
    ])
    const text = renderSlackText(renderMessage(buildNotification(report, {reasons: ['mass-drift'], massDrift})))
    expect(text).not.toMatch(/^(?:• )?(?:web|dns) ·/m)
    expect(text).not.toContain('→')
    expect(text).toContain('2 of 2 Manifests (since 3 h)')
    expect(text).toMatch(/kubectl config current-context[^]+cluster in the config[^]+kubectl -n tazuna get configmaps/)
  })
})

import {describe, expect, it} from 'vitest'

import type {DiffType} from '../../../src/model/diff-entry.ts'
import type {OpenEntry} from '../../../src/model/notice.ts'
import type {Report} from '../../../src/model/report.ts'
import {renderMessage} from '../../../src/notify/slack/message.ts'
import {payloadProblems} from '../../../src/notify/slack/payload-problems.ts'
import {renderSlackText} from '../../../src/notify/slack/text.ts'
import {buildManifestNotice, buildNotification, buildReport, noticesOf} from '../../support/report-builder.ts'
import {reasonSituations} from './reason-situations.ts'
import {situations} from './situations.ts'

describe('a message on a terminal', () => {
  it.each(Object.entries({...situations, ...reasonSituations}))('reads well for %s', async (name, notification) => {
    const payload = renderMessage(notification)
    const text = `notification: ${payload.text}\n\n${renderSlackText(payload)}`
    await expect(text).toMatchFileSnapshot(`renderings/${name.replaceAll(/\W+/g, '-').toLowerCase()}.txt`)
    expect(payloadProblems(payload)).toEqual([])
  })
})

describe('a message', () => {
  const report = buildReport([
    {name: 'web', rows: [{type: 'removed', resource: 'a'}]},
    {
      name: 'dns',
      rows: [
        {type: 'modified', resource: 'b'},
        {type: 'added', resource: 'c'},
      ],
    },
  ])

  it('says how many rows go past its notifier, and how many are muted', () => {
    const all = buildNotification(report)
    const entries = all.report.entries.filter(({manifest}) => manifest === 'web')
    const manifests = all.manifests.filter(({name}) => name === 'web')
    const own = {...all, manifests, report: {...all.report, entries}}
    expect(renderSlackText(renderMessage(own))).toContain(
      '1 removed (and 2 more rows that this notifier is not told of) · checked 2 of 2 Manifests: 2 drifted\n',
    )
    expect(renderSlackText(renderMessage({...own, muted: 2}))).toContain(
      '1 removed · checked 2 of 2 Manifests: 2 drifted · 2 entries are muted\n',
    )
  })

  it('begins with what is removed, then with what is new, also among Manifests', () => {
    const since = {firstSeenAt: '2026-11-16T08:30:00Z', changedAt: '2026-11-16T08:30:00Z', again: false, cause: null}
    const entry = (stateKey: string, diffType: DiffType, status: OpenEntry['status']): OpenEntry => ({
      ...since,
      hash: null,
      stateKey,
      diffType,
      status,
    })
    const manifests = [
      buildManifestNotice('known', {open: [entry('a', 'modified', 'open')]}),
      buildManifestNotice('due', {reasons: ['entries-changed'], open: [entry('b', 'added', 'changed')]}),
      buildManifestNotice('all', {
        open: [
          entry('c', 'added', 'open'),
          entry('d', 'added', 'new'),
          entry('e', 'modified', 'changed'),
          entry('f', 'modified', 'open'),
          entry('g', 'removed', 'open'),
          entry('h', 'modified', 'new'),
          entry('i', 'removed', 'new'),
        ],
      }),
    ]
    const text = renderSlackText(renderMessage(buildNotification(report, {reasons: ['entries-changed'], manifests})))
    expect([...text.matchAll(/^• \w+ (\w) ·|^(all|due|known) · /gm)].map(([, row, name]) => row ?? name)).toEqual([
      'all',
      'i',
      'g',
      'h',
      'd',
      'e',
      'f',
      'c',
      'due',
      'b',
      'known',
      'a',
    ])
  })

  it('takes hashes and names of a Manifest that was not checked from nowhere but the memory', () => {
    const [web] = noticesOf(report)
    const known = buildNotification(report, {reasons: ['reminder'], manifests: [{...web!, checked: false}]})
    const text = renderSlackText(renderMessage(known))
    expect(text).toContain('web · unchecked since 09:00 UTC, drift known just now: 1 removed\n• removed a · new\n')
    expect(renderSlackText(renderMessage(buildNotification(report)))).toContain('• removed a · was ')
  })

  it('does not call a Manifest never applied when nobody knows', () => {
    const unlisted = {resources: null, lastAppliedAt: null, rows: [{type: 'added' as const, resource: 'a'}]}
    const known = buildReport([
      {name: 'web', ...unlisted},
      {name: 'dns', ...unlisted},
    ])
    const coverage = {expected: null, checked: 2, unnamed: 1}
    const unknown: Report = {...known, outcome: 'incomplete', summary: {...known.summary!, coverage}}
    expect(renderSlackText(renderMessage(buildNotification(known)))).toContain('never applied')
    const text = renderSlackText(renderMessage(buildNotification(unknown)))
    expect(text).not.toContain('never applied')
    expect(text).toContain('checked 2 Manifests, of how many is unknown: 2 drifted, 1 without a name, never checked')
  })
})

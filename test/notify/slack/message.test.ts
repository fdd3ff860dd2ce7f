import {describe, expect, it} from 'vitest'

import type {Report} from '../../../src/model/report.ts'
import {renderMessage} from '../../../src/notify/slack/message.ts'
import {payloadProblems} from '../../../src/notify/slack/payload-problems.ts'
import {renderSlackText} from '../../../src/notify/slack/text.ts'
import {buildNotification, buildReport} from '../../support/report-builder.ts'
import {situations} from './situations.ts'

describe('a message on a terminal', () => {
  it.each(Object.entries(situations))('reads well for %s', async (name, notification) => {
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

  it('says how many rows go past its notifier', () => {
    const all = buildNotification(report)
    const entries = all.report.entries.filter(({manifest}) => manifest === 'web')
    expect(renderSlackText(renderMessage({...all, report: {...all.report, entries}}))).toContain(
      '1 removed (and 2 more rows that this notifier does not match) · checked 2 of 2 Manifests: 2 drifted',
    )
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

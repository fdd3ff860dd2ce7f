import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import type {Report, ReportNotification} from '../../src/model/report.ts'
import {renderMarkdown} from '../../src/report/markdown.ts'
import {hostileNames, situations} from '../notify/slack/situations.ts'
import {buildLargeReport, buildReport} from '../support/report-builder.ts'
import {hostileReport} from './hostile-report.ts'
import {outsideCode} from './outside-code.ts'

const {'ten thousand rows': _tooLong, ...shown} = situations
const delivery = {type: 'slack', role: 'notifier', pending: 0, attempts: 1, detail: null} as const

function rowsOf(markdown: string): number {
  return markdown.match(/^\| \*\*(?:added|modified|removed)\*\* \|.*\|$/gm)?.length ?? 0
}

function withNotifications(...notifications: ReportNotification[]): Report {
  return buildReport([{name: 'web'}], {notifications})
}

describe('renderMarkdown', () => {
  it.each(Object.entries(shown))('tells of %s', async (name, {report}) => {
    await expect(renderMarkdown(report)).toMatchFileSnapshot(`renderings/markdown/${name.replaceAll(/\W+/g, '-')}.md`)
  })

  it.each([
    ['drift', buildReport([{name: 'web', rows: [{type: 'added', resource: '/v1/X/a/b'}]}]), '🟠 `prod-tokyo`: drift'],
    [
      'removed',
      buildReport([{name: 'web', rows: [{type: 'removed', resource: '/v1/X/a/b'}]}]),
      '🔴 `prod-tokyo`: drift',
    ],
    ['nothing', buildReport([{name: 'web'}], {watch: 'edge'}), '✅ `prod-tokyo / edge`: clean'],
  ])('says in its title that there is %s', (_what, report, title) => {
    expect(renderMarkdown(report).split('\n', 1)).toEqual([`## ${title}`])
  })

  it('tells what only a memory knows: ages, mutes, what was known before, what is gone', async () => {
    const firstSeenAt = '2026-11-16T08:30:00Z'
    const known = {firstSeenAt, changedAt: '2026-11-21T07:00:00Z'}
    const report = buildReport(
      [
        {
          name: 'web',
          firstSeenAt,
          rows: [
            {type: 'modified', resource: '/v1/ConfigMap/web/a', ...known},
            {type: 'modified', resource: '/v1/ConfigMap/web/b', ...known, mutedUntil: '2026-12-01T00:00:00Z'},
            {type: 'added', resource: '/v1/ConfigMap/web/c', firstSeenAt: '2026-11-21T09:00:01Z'},
          ],
        },
        {name: 'payments', outcome: 'error', error: 'failed', firstSeenAt, lastCheckedAt: '2026-11-21T05:00:02Z'},
        {name: 'search', outcome: 'not-checked', lastCheckedAt: '2026-11-19T05:00:02Z'},
        {name: 'new', outcome: 'not-checked', lastCheckedAt: null},
        {name: 'old|web', outcome: 'gone', firstSeenAt, lastCheckedAt: '2026-11-20T05:00:02Z'},
        {name: 'lost', outcome: 'gone', lastCheckedAt: null},
      ],
      {run: {...buildReport([]).run, previousRunAt: '2026-11-21T08:00:02Z'}},
    )
    await expect(renderMarkdown(report)).toMatchFileSnapshot('renderings/markdown/with-a-memory.md')
  })

  it('puts removed rows first', () => {
    const rows = (['added', 'modified', 'removed'] as const).map(type => ({type, resource: `/v1/X/a/${type}`}))
    const text = renderMarkdown(
      buildReport([
        {name: 'a', rows: rows.slice(0, 1)},
        {name: 'web', rows},
      ]),
    )
    expect([...text.matchAll(/^\| \*\*(\w+)\*\*|^### `(\w+)`/gm)].map(([, type, name]) => type ?? name)).toEqual([
      'web',
      'removed',
      'modified',
      'added',
      'a',
      'added',
    ])
  })

  it.each([
    ['few Manifests with few rows', buildLargeReport(10, 25), 0],
    ['a Manifest with many rows', buildLargeReport(1, 26), 1],
    ['many Manifests', buildLargeReport(11, 1), 11],
  ])('folds %s as it should', (_what, report, folded) => {
    const text = renderMarkdown(report)
    expect(text.match(/^<details><summary><code>/gm) ?? []).toHaveLength(folded)
    expect(text.match(/^<\/details>$/gm) ?? []).toHaveLength(folded)
    expect(rowsOf(text)).toBe(report.entries.length)
  })

  it('cuts nothing without a limit', () => {
    expect(rowsOf(renderMarkdown(situations['ten thousand rows']!.report))).toBe(10_000)
  })

  it('tells how deliveries went, and what a dry run would send', () => {
    const text = renderMarkdown(
      withNotifications(
        {...delivery, name: 'ops', delivery: 'delivered', reasons: ['baseline']},
        {...delivery, name: 'dev', delivery: 'failed', reasons: [], detail: 'Slack answered 404 no_service'},
        {...delivery, name: 'sre', delivery: 'dry-run', reasons: [], payload: {text: '```'}},
        {...delivery, name: 'gw', role: 'sink', delivery: 'dry-run', reasons: [], payload: 'a 1\n\nb 2\n'},
      ),
    )
    expect(text.slice(text.indexOf('### Deliveries'))).toBe(`### Deliveries

* notifier \`ops\`: delivered (baseline)
* notifier \`dev\`: **failed**: \`Slack answered 404 no_service\`
* notifier \`sre\`: dry-run

  \`\`\`\`json
  {
    "text": "\`\`\`"
  }
  \`\`\`\`

* sink \`gw\`: dry-run

  \`\`\`text
  a 1

  b 2
  \`\`\`

`)
  })
})

describe('foreign text in markdown', () => {
  it.each(hostileNames)('is only ever in code: %j', name => {
    const marked = `mark${name}mark`
    const text = renderMarkdown(
      buildReport(
        [
          {name: marked, gitCommit: marked, rows: [{type: 'removed', resource: 'raw', stateKey: marked}]},
          {name: 'api', outcome: 'error', error: marked},
          {name: `gone ${marked}`, outcome: 'gone'},
        ],
        {
          cluster: marked,
          error: {code: 'X', message: marked, hint: 'look'},
          warnings: [{code: 'W', message: marked}],
        },
      ),
    )
    expect(text.match(/mark/g)?.length).toBeGreaterThanOrEqual(16)
    expect(outsideCode(text)).not.toContain('mark')
  })

  it('makes no link, mention, table, heading, list or HTML', () => {
    fc.assert(
      fc.property(hostileReport, ({report, manifests}) => {
        const text = renderMarkdown(report)
        const outside = outsideCode(text)
        const marks = outside.replaceAll(/^#{2,3} |<\/?(?:details|summary)>/gm, '')
        expect(marks).not.toMatch(/[<>@#[\]&\\_~]|::|www\.|http|GH-/)
        expect(outside.match(/^#{2,3} /gm)).toHaveLength(6 + (manifests > 10 ? 0 : manifests))
        expect(outside).not.toContain('evil')
        expect(rowsOf(text)).toBe(2 * manifests)
        expect(text).not.toContain('<!--')
        expect(text).not.toMatch(/(?![\n\u200D])[\p{Cc}\p{Cf}\p{Cs}]/u)
      }),
      {numRuns: 200},
    )
  })
})

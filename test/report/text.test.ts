import {stripVTControlCharacters, styleText} from 'node:util'

import {describe, expect, it} from 'vitest'

import type {Report, ReportNotification} from '../../src/model/report.ts'
import {renderReportText} from '../../src/report/text.ts'
import {hostileNames, situations} from '../notify/slack/situations.ts'
import {buildFailedReport, buildReport} from '../support/report-builder.ts'

function render(report: Report): string {
  return renderReportText(report, {color: false, width: 80})
}

describe('renderReportText', () => {
  it.each(Object.entries(situations))('tells of %s', async (name, {report}) => {
    await expect(render(report)).toMatchFileSnapshot(`renderings/${name.replaceAll(/\W+/g, '-')}.txt`)
  })

  it.each(Object.entries(situations))('tells of %s in colour, on a dark terminal', async (name, {report}) => {
    const text = renderReportText(report, {color: true, width: 80})
    await expect(text).toMatchFileSnapshot(`renderings/colour/${name.replaceAll(/\W+/g, '-')}.txt`)
  })

  it('uses colours where they are wanted', async () => {
    const {report} = situations['five Manifests']!
    const text = renderReportText(report, {color: true, width: 80})
    expect(stripVTControlCharacters(text)).toBe(render(report))
    expect(text).toContain(styleText('red', 'removed ', {validateStream: false}))
  })

  it('cuts nothing: every entry and every Manifest without result has its line', () => {
    const rows = Array.from({length: 500}, (_, index) => ({
      type: 'added' as const,
      resource: `/v1/ConfigMap/web/${index}`,
    }))
    const text = render(
      buildReport([
        {name: 'web', rows},
        {name: 'x', outcome: 'not-checked'},
      ]),
    )
    expect(text.match(/^ {2}added {5}ConfigMap/gm)).toHaveLength(500)
    expect(text).toContain('not-checked  x')
  })

  it('lets no name move the cursor, hide or make a line of its own', () => {
    const rows = hostileNames.map(name => ({type: 'added' as const, resource: `/v1/ConfigMap/web/${name}`}))
    const text = render(buildReport([...hostileNames.map(name => ({name, rows: [rows[0]!]})), {name: 'web', rows}]))
    expect(text.replaceAll('\n', '')).not.toMatch(/(?!\u200D)[\p{Cc}\p{Cf}]/u)
    expect(text.match(/^> quoted/gm)).toBeNull()
  })

  it('lets no receiver and no payload do so either', () => {
    const notification = {type: 'slack', role: 'notifier', reasons: [], pending: 0, attempts: 1} as const
    const text = render(
      buildReport([{name: 'web'}], {
        notifications: [
          {...notification, name: 'o\u001Bps', delivery: 'failed', reasons: [], detail: 'Slack answered \u001B[2J'},
          {
            ...notification,
            name: 'gw',
            delivery: 'dry-run',
            reasons: [],
            detail: null,
            payload: 'a{x="\u001B[2J"} 1\nb 2\n',
          },
        ],
      }),
    )
    expect(text).toContain('notifier o�ps  failed: Slack answered �[2J\n')
    expect(text).toContain('  │ a{x="�[2J"} 1\n  │ b 2\n')
  })

  it('shows what a dry run would send', () => {
    const notification: ReportNotification = {
      name: 'ops',
      type: 'slack',
      role: 'notifier',
      delivery: 'dry-run',
      reasons: ['baseline'],
      pending: 0,
      attempts: 0,
      detail: null,
    }
    const text = render(
      buildReport([], {
        notifications: [
          {...notification, payload: {text: 'hello'}},
          {...notification, name: 'gateway', payload: 'a 1\nb 2\n'},
        ],
      }),
    )
    expect(text).toContain('notifier ops  dry-run (baseline)\n  │ {\n  │   "text": "hello"\n  │ }\n')
    expect(text).toContain('  │ a 1\n  │ b 2\n')
  })

  describe('in a narrow terminal', () => {
    const long = 'the State of "web" changed while it was read, twice: was an apply running? `tazuna state list` tells'

    it('wraps warnings, and keeps their code on the first line of several', () => {
      const report = buildReport([{name: 'web'}], {
        warnings: [
          {code: 'STATE_MOVED', message: long},
          {code: 'CONFIG_INVALID', message: `two problems\n${long}`},
        ],
      })
      expect(renderReportText(report, {color: false, width: 50})).toContain(
        [
          'warning the State of "web" changed while it was',
          '  read, twice: was an apply running?',
          '  `tazuna state list` tells STATE_MOVED',
          'warning two problems CONFIG_INVALID',
          '  the State of "web" changed while it was read,',
          '    twice: was an apply running?',
          '    `tazuna state list` tells',
          '',
        ].join('\n'),
      )
    })

    it('wraps what became of each notifier', () => {
      const report = buildReport([{name: 'web'}], {
        notifications: [
          {
            name: 'ops',
            type: 'slack',
            role: 'notifier',
            delivery: 'failed',
            reasons: ['baseline', 'check-failed'],
            pending: 1,
            attempts: 4,
            detail: 'Slack answered 503 each time, and once nothing at all',
          },
        ],
      })
      expect(renderReportText(report, {color: false, width: 50})).toContain(
        [
          'notifier ops  failed (baseline, check-failed):',
          '  Slack answered 503 each time, and once nothing',
          '  at all',
          '',
        ].join('\n'),
      )
    })

    it('gives each problem of a config lines of its own', () => {
      const problems = ['reading the config: 2 problems', 'c.yaml:1:1 cluster: missing', `c.yaml:2:1 source: ${long}`]
      const report = buildFailedReport({
        code: 'CONFIG_INVALID',
        message: problems.join('\n'),
        hint: 'correct these places',
      })
      expect(renderReportText(report, {color: false, width: 50})).toContain(
        [
          'Failed reading the config: 2 problems',
          '  CONFIG_INVALID',
          '  c.yaml:1:1 cluster: missing',
          '  c.yaml:2:1 source: the State of "web" changed',
          '    while it was read, twice: was an apply',
          '    running? `tazuna state list` tells',
          '  → correct these places',
          '',
        ].join('\n'),
      )
    })

    it('looks the same in colour', () => {
      const report = buildFailedReport({code: 'CONFIG_INVALID', message: `${long}\n${long}`, hint: long})
      const warned = {...report, warnings: [{code: 'STATE_MOVED', message: long}]}
      for (const width of [20, 40, 50, 80, 100]) {
        const text = renderReportText(warned, {color: true, width})
        expect(stripVTControlCharacters(text)).toBe(renderReportText(warned, {color: false, width}))
        expect(text).toContain(styleText('dim', 'STATE_MOVED', {validateStream: false}))
      }
    })
  })
})

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {disarm} from '../../src/report/disarm.ts'
import {renderJson} from '../../src/report/json.ts'
import {renderMarkdown} from '../../src/report/markdown.ts'
import {renderReportText} from '../../src/report/text.ts'
import {runnerReads} from '../sink/github-actions/runner.ts'
import {buildReport} from '../support/report-builder.ts'
import {hostileReport, hostileText} from './hostile-report.ts'

describe('disarm', () => {
  it.each([
    ['::error::x', ': :error::x'],
    ['a\n  ::error::x\n', 'a\n  : :error::x\n'],
    ['\u0085\u00A0::error::x', '\u0085\u00A0: :error::x'],
    ['a\r::error::x', 'a\r: :error::x'],
    ['see ##[error]x and ##[warning]y', 'see ## [error]x and ## [warning]y'],
    ['###[error]', '### [error]'],
    ['::::', ': :::'],
  ])('makes %j %j', (text, expected) => {
    expect(disarm(text)).toBe(expected)
  })

  it.each(['see ::error::x', ':error:', 'Foo::Bar', '# [x]', '[a]\n\n: b', 'oci://host'])('leaves %j alone', text => {
    expect(disarm(text)).toBe(text)
  })

  it('leaves no command in any text', () => {
    fc.assert(
      fc.property(hostileText, text => {
        expect(runnerReads(disarm(text)).commands).toEqual([])
      }),
      {numRuns: 500},
    )
  })
})

/** A name that begins a line, and texts that stand on lines of their own when they are wrapped or have lines. */
const attack = buildReport(
  [
    {
      name: '::add-mask::web',
      rows: [{type: 'removed', resource: '/v1/X/web/##[stop-commands]t'}],
    },
    {name: 'api', outcome: 'error', error: `${'x'.repeat(70)} ::error::wrapped ##[error]y`},
  ],
  {
    cluster: '::error::cluster',
    error: {code: 'TAZUNA_FAILED', message: 'it said:\n::set-output name=a::b\n  ::error::c', hint: 'look'},
    warnings: [{code: 'W', message: 'odd\n::warning::d'}],
  },
)

const renderings: Record<string, (report: typeof attack) => string> = {
  text: report => renderReportText(report, {color: false, width: 80}),
  'coloured text': report => renderReportText(report, {color: true, width: 80}),
  markdown: report => renderMarkdown(report),
  JSON: renderJson,
}

describe.each(Object.entries(renderings))('a report as %s', (_form, render) => {
  it('has no command of a workflow', () => {
    expect(runnerReads(render(attack)).commands).toEqual([])
  })

  it('has none whatever texts are in it', () => {
    fc.assert(
      fc.property(hostileReport, ({report}) => {
        expect(runnerReads(render(report)).commands).toEqual([])
      }),
      {numRuns: 150},
    )
  })
})

it('JSON says the same as without', () => {
  fc.assert(
    fc.property(hostileReport, ({report}) => {
      expect(JSON.parse(renderJson(report))).toEqual(JSON.parse(JSON.stringify(report)))
    }),
    {numRuns: 150},
  )
})

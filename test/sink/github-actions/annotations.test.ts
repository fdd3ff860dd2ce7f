import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import type {ReportNotification} from '../../../src/model/report.ts'
import {renderAnnotations} from '../../../src/sink/github-actions/annotations.ts'
import {workflowCommand} from '../../../src/sink/github-actions/workflow-command.ts'
import {hostileReport, hostileText} from '../../report/hostile-report.ts'
import {buildFailedReport, buildLargeReport, buildReport} from '../../support/report-builder.ts'
import {runnerReads} from './runner.ts'

const rows = (...types: ('added' | 'modified' | 'removed')[]) =>
  types.map((type, index) => ({type, resource: `/v1/ConfigMap/web/${index}`}))

function annotationsOf(report: Parameters<typeof renderAnnotations>[0]): string[] {
  const {commands, rest} = runnerReads(renderAnnotations(report))
  expect(rest).toEqual([''])
  return commands.map(({name, properties, data}) => `${name} ${properties['title']} | ${data}`)
}

describe('workflowCommand', () => {
  it.each([
    [
      workflowCommand('error', {title: 'a:b,c%d\ne'}, 'x%y\r\nz: ,'),
      '::error title=a%3Ab%2Cc%25d%0Ae::x%25y%0D%0Az: ,\n',
    ],
    [workflowCommand('stop-commands', {}, 'token'), '::stop-commands::token\n'],
    [workflowCommand('token', {}, ''), '::token::\n'],
  ])('%#. is %j', (text, expected) => {
    expect(text).toBe(expected)
  })

  it('is read by the runner as it was meant, whatever is in it', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (text, data) => {
        // the runner trims the last property
        const title = `a${text}z`
        const {commands} = runnerReads(workflowCommand('notice', {title}, data))
        expect(commands).toEqual([{name: 'notice', properties: {title}, data}])
      }),
    )
  })
})

describe('renderAnnotations', () => {
  it('has none for a clean run', () => {
    expect(renderAnnotations(buildReport([{name: 'web'}]))).toBe('')
  })

  it('warns of each drifted Manifest, removed first, and sums up', () => {
    const report = buildReport([
      {name: 'api', rows: rows('added')},
      {name: 'web', rows: rows('added', 'removed', 'removed')},
      {name: 'db'},
    ])
    expect(annotationsOf(report)).toEqual([
      'warning tazuna-watch: web has drifted | 2 removed, 1 added',
      'warning tazuna-watch: api has drifted | 1 added',
      'notice tazuna-watch: prod-tokyo | drift · 3 of 3 Manifests checked · 2 drifted: 2 removed, 2 added · 1.5 s',
    ])
  })

  it('tells of errors before drift, and of warnings last', () => {
    const delivery: ReportNotification = {
      name: 'ops',
      type: 'slack',
      role: 'notifier',
      delivery: 'failed',
      reasons: [],
      pending: 1,
      attempts: 4,
      detail: 'Slack answered 503',
    }
    const report = buildReport(
      [
        {name: 'web', rows: rows('modified')},
        {name: 'api', outcome: 'error', error: 'failed to build'},
        {name: 'db', outcome: 'not-checked'},
      ],
      {
        watch: 'edge',
        error: {code: 'TAZUNA_FAILED', message: 'it failed', hint: 'look'},
        warnings: [{code: 'IGNORE_RULE_UNUSED', message: 'rule 1 matches nothing'}],
        notifications: [delivery, {...delivery, name: 'dev', delivery: 'delivered'}],
      },
    )
    expect(annotationsOf(report)).toEqual([
      'error tazuna-watch: TAZUNA_FAILED | it failed\nlook',
      'error tazuna-watch: api was not checked | failed to build',
      'error tazuna-watch: notifier ops was not told | Slack answered 503',
      'warning tazuna-watch: web has drifted | 1 modified',
      'notice tazuna-watch: IGNORE_RULE_UNUSED | rule 1 matches nothing',
      'notice tazuna-watch: prod-tokyo / edge | incomplete · 1 of 3 Manifests checked · 1 drifted: 1 modified · 1 in error · 1 not checked · 1.5 s',
    ])
  })

  it('tells of a failed run of an unknown cluster', () => {
    const report = buildFailedReport({code: 'CONFIG_INVALID', message: 'a\nb', hint: 'fix it'}, {cluster: null})
    expect(annotationsOf(report)).toEqual([
      'error tazuna-watch: CONFIG_INVALID | a\nb\nfix it',
      'notice tazuna-watch: unknown cluster | failed · nothing was checked · 1.5 s',
    ])
  })

  it.each([
    [9, 10, ' · 1.5 s'],
    [10, 10, ' · 1.5 s · 1 more in the job summary'],
    [3000, 10, ' · 1.5 s · 2,991 more in the job summary'],
  ])('of %i Manifests are %i at most, and the last says how many are left out', (manifests, count, end) => {
    const all = annotationsOf(buildLargeReport(manifests, 1))
    expect(all).toHaveLength(count)
    expect(all.at(-1)!.endsWith(end)).toBe(true)
  })

  it('are ten whole commands at most, whatever texts are in the report', () => {
    fc.assert(
      fc.property(hostileReport, ({report}) => {
        const all = annotationsOf(report)
        expect(all.length).toBeLessThanOrEqual(10)
        expect(renderAnnotations(report)).not.toContain('##[')
        expect(all.every(text => /^(?:error|warning|notice) tazuna-watch: /.test(text))).toBe(true)
      }),
      {numRuns: 200},
    )
  })

  it('cut what is long', () => {
    const name = '名😀'.repeat(300)
    const report = buildReport([{name, outcome: 'error', error: 'x'.repeat(100_000)}])
    const text = renderAnnotations(report)
    expect(text.length).toBeLessThan(5000)
    expect(text.isWellFormed()).toBe(true)
  })
})

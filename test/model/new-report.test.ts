import {describe, expect, it} from 'vitest'

import {finishReport, newReport, redactReport} from '../../src/model/new-report.ts'
import {Report} from '../../src/model/report.ts'
import {buildReport} from '../support/report-builder.ts'

const startedAt = new Date('2026-11-21T09:00:00.400Z')
const identity = {cluster: null, watch: 'default', id: 'id', group: 'job', dryRun: false, version: '0.1.0', startedAt}

describe('newReport', () => {
  it('is a failed one that knows nothing, and valid', () => {
    const report = newReport(identity)
    expect(Report.parse(report)).toEqual(report)
    expect(Object.keys(report)).toEqual(Object.keys(Report.shape))
    expect(report).toMatchObject({outcome: 'failed', source: null, summary: null, error: null})
  })
})

describe('finishReport', () => {
  it.each([
    ['2026-11-21T09:00:02.634Z', '2026-11-21T09:00:02Z', 2.234],
    ['2026-11-21T09:00:00.400Z', '2026-11-21T09:00:00Z', 0],
    ['2026-11-21T08:59:00.000Z', '2026-11-21T08:59:00Z', 0],
  ])('at %s ends at %s after %d s, also when the clock went back', (now, finishedAt, durationSeconds) => {
    expect(finishReport(newReport(identity), startedAt, new Date(now)).run).toMatchObject({
      startedAt: '2026-11-21T09:00:00Z',
      finishedAt,
      durationSeconds,
    })
  })
})

describe('redactReport', () => {
  it('goes over every text from outside, and changes nothing else', () => {
    const report = buildReport([{name: 'web', error: 'canary 1'}, {name: 'api'}], {
      error: {code: 'TAZUNA_FAILED', message: 'canary 2', hint: 'look'},
      warnings: [{code: 'MANIFEST_SKIPPED', message: 'canary 3'}],
    })
    const redacted = redactReport(report, text => text.replace('canary', '[redacted]'))
    expect(JSON.stringify(redacted)).not.toContain('canary')
    expect(JSON.stringify(redacted).replaceAll('[redacted]', 'canary')).toBe(JSON.stringify(report))
  })
})

import {describe, expect, it} from 'vitest'

import {errorCodes, type ErrorCode} from '../../src/model/error-code.ts'
import {exitCodes, foremostExitCode, type ExitCode} from '../../src/model/exit-code.ts'
import {newReport} from '../../src/model/new-report.ts'
import type {Report, ReportNotification} from '../../src/model/report.ts'
import {toExitCode, type RunEnd} from '../../src/model/run-exit-code.ts'

const startedAt = new Date(0)
const empty = newReport({cluster: 'c', watch: 'w', id: 'i', group: 'g', dryRun: false, version: '0', startedAt})

function report(fields: Partial<Report>): Report {
  return {...empty, outcome: 'clean', ...fields}
}

function failed(code: ErrorCode): Partial<Report> {
  return {outcome: 'failed', error: {code, message: 'm', hint: 'h'}}
}

const drift: Partial<Report> = {
  outcome: 'drift',
  summary: {
    coverage: {expected: 1, checked: 1, unnamed: 0},
    manifests: {drift: 1, clean: 0, error: 0, notChecked: 0, gone: 0},
    entries: {added: 1, modified: 0, removed: 0, alwaysSync: 0, ignored: 0},
  },
}
const undelivered: Pick<Report, 'notifications'> = {
  notifications: [
    {
      name: 'ops',
      type: 'slack',
      role: 'notifier',
      delivery: 'failed',
      reasons: [],
      pending: 0,
      attempts: 1,
      detail: 'no',
    } satisfies ReportNotification,
  ],
}
const missing = {warnings: [{code: 'SECRET_MISSING', message: 'm'}]}

describe('toExitCode', () => {
  it.each<[string, Partial<Report>, Partial<RunEnd>, ExitCode]>([
    ['a clean run', {}, {}, 0],
    ['drift', drift, {}, 0],
    ['drift that was asked for', drift, {failOn: ['drift']}, 10],
    ['a diff type that was asked for and is there', drift, {failOn: ['removed', 'added']}, 10],
    ['a diff type that was asked for and is not there', drift, {failOn: ['removed']}, 0],
    ['a clean run that would fail on drift', {}, {failOn: ['drift']}, 0],
    ['a wrong config', failed('CONFIG_INVALID'), {}, 78],
    ['a source that is not there', failed('ARTIFACT_NOT_FOUND'), {}, 66],
    ['a registry that is down', failed('ARTIFACT_NETWORK'), {}, 75],
    ['a tazuna that failed', failed('TAZUNA_FAILED'), {}, 69],
    ['an output that was not understood', failed('OUTPUT_UNPARSABLE'), {}, 70],
    ['a notifier that was not reached', undelivered, {}, 74],
    ['a notifier without its secret', {...undelivered, ...missing}, {}, 78],
    ['a secret that is missing while nothing was due', missing, {}, 78],
    ['a failed run whose notifier was not reached', {...failed('TAZUNA_FAILED'), ...undelivered}, {}, 69],
    ['drift that was asked for and not delivered', {...drift, ...undelivered}, {failOn: ['drift']}, 74],
    ['a report that could not be written', {}, {outputFailed: true}, 74],
    ['an interrupt by INT', failed('CANCELLED'), {interrupt: 'SIGINT'}, 130],
    ['an interrupt by TERM', failed('CANCELLED'), {interrupt: 'SIGTERM'}, 143],
    ['an interrupt while sending', {...drift, ...undelivered}, {interrupt: 'SIGTERM'}, 143],
  ])('of %s', (_title, fields, end, expected) => {
    expect(toExitCode(report(fields), {failOn: [], interrupt: null, outputFailed: false, ...end})).toBe(expected)
  })
})

describe('foremostExitCode', () => {
  it('follows the order of the design', () => {
    const order: ExitCode[] = [130, 143, 64, 78, 66, 70, 73, 75, 69, 74, 10]
    for (const [index, code] of order.entries()) expect(foremostExitCode(order.slice(index).toReversed())).toBe(code)
    expect(foremostExitCode([])).toBe(0)
  })

  it('knows every code of the table', () => {
    for (const {code} of exitCodes) expect(foremostExitCode([code])).toBe(code)
  })
})

describe('errorCodes', () => {
  it('has a hint for every code and an exit code of the table', () => {
    for (const {exit, hint} of Object.values(errorCodes)) {
      expect(hint).not.toBe('')
      expect(exitCodes.map(({code}) => code)).toContain(exit)
    }
  })
})

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import type {Report} from '../../../src/model/report.ts'
import {renderMessage, type Rung} from '../../../src/notify/slack/message.ts'
import {renderSlackText} from '../../../src/notify/slack/text.ts'
import {buildNotification, buildReport, noticesOf} from '../../support/report-builder.ts'

describe('the counts of a message', () => {
  const rungs: Record<string, Rung> = {
    'every row': {manifests: 40, all: true, rows: 100, others: 100, unchecked: 10, warnings: 3},
    'two rows of each': {manifests: 40, all: true, rows: 2, others: 2, unchecked: 10, warnings: 3},
    'one line per Manifest': {manifests: 60, all: true, rows: 0, others: 0, unchecked: 10, warnings: 3},
    'four Manifests': {manifests: 4, all: false, rows: 0, others: 0, unchecked: 5, warnings: 1},
  }
  const types = ['removed', 'modified', 'added'] as const
  const smallReport = fc
    .array(fc.array(fc.constantFrom(...types, 'always-sync' as const), {maxLength: 6}), {maxLength: 8})
    .map(manifests =>
      buildReport(
        manifests.map((rows, m) => ({
          name: `m${m}`,
          rows: rows.map((type, r) => ({type, resource: `/v1/ConfigMap/m${m}/r${r}`})),
        })),
      ),
    )

  /** `2 removed, 1 added` as numbers, wherever it stands in a line. */
  function readCounts(line: string): number[] {
    return types.map(type => Number(new RegExp(String.raw`(\d+) ${type}`).exec(line)?.[1] ?? 0))
  }
  const sum = (counts: readonly number[][]) => types.map((_, type) => counts.reduce((all, one) => all + one[type]!, 0))
  const countsOf = (report: Report, isCounted: (manifest: string) => boolean) =>
    types.map(type => report.entries.filter(({diffType, manifest}) => diffType === type && isCounted(manifest)).length)

  it.each(Object.entries(rungs))('are right with %s', (_, rung) => {
    fc.assert(
      fc.property(smallReport, report => {
        const lines = renderSlackText(renderMessage(buildNotification(report), [rung])).split('\n')
        const manifests = lines.filter(line => /^(• )?m\d+ · /.test(line))
        for (const line of manifests) {
          const name = /m\d+/.exec(line)?.[0]
          expect(readCounts(line)).toEqual(countsOf(report, manifest => manifest === name))
        }
        const left = lines.filter(line => /^• \+\d+ more Manifest/.test(line))
        expect(sum([...manifests, ...left].map(readCounts))).toEqual(countsOf(report, () => true))
      }),
      {numRuns: 60},
    )
  })

  it.each([100, 2])('are right when at most %i rows of each Manifest are shown', rows => {
    fc.assert(
      fc.property(smallReport, report => {
        const rung = {manifests: 40, all: true, rows, others: rows, unchecked: 10, warnings: 3}
        const lines = renderSlackText(renderMessage(buildNotification(report), [rung])).split('\n')
        const shown = lines.filter(line => /^• (removed|modified|added) /.test(line)).map(line => `1 ${line.slice(2)}`)
        const left = lines.filter(line => /^• \+\d+ more row/.test(line))
        expect(sum([...shown, ...left].map(readCounts))).toEqual(countsOf(report, () => true))
      }),
      {numRuns: 60},
    )
  })

  it('say what is new, changed and still open, and what is only known from earlier runs', () => {
    const words = ['new', 'changed', 'still open', 'known from earlier runs'] as const
    const statuses = fc.infiniteStream(fc.constantFrom('new', 'changed', 'open'))
    fc.assert(
      fc.property(smallReport, statuses, fc.infiniteStream(fc.boolean()), (report, status, checked) => {
        const manifests = noticesOf(report).map(one => ({
          ...one,
          checked: checked.next().value,
          open: one.open.map(entry => ({...entry, status: status.next().value})),
        }))
        const notification = buildNotification(report, {reasons: ['reminder'], manifests})
        const {text} = renderMessage(notification)
        const rows = manifests.flatMap(({open, checked}) => open.map(entry => ({...entry, checked})))
        const counts = [
          rows.filter(row => row.status === 'new'),
          rows.filter(row => row.status === 'changed'),
          rows.filter(row => row.status === 'open' && row.checked),
          rows.filter(row => row.status === 'open' && !row.checked),
        ].map(({length}) => length)
        const said = words.map(word => {
          const [, count] = new RegExp(String.raw`(?: · |, )(all |\d+ )?${word}(?:,| ·|$)`).exec(text) ?? []
          const isSaid = new RegExp(String.raw`(?: · |, |all |\d )${word}(?:,| ·|$)`).test(text)
          if (!isSaid) return 0
          return count === undefined ? 1 : count === 'all ' ? rows.length : Number(count)
        })
        expect(said).toEqual(counts)
      }),
      {numRuns: 100},
    )
  })

  it('are right with counts only', () => {
    fc.assert(
      fc.property(smallReport, report => {
        const text = renderSlackText(renderMessage(buildNotification(report), []))
        const line = text.split('\n').find(line => line.includes('hecked ')) ?? ''
        expect(readCounts(line.split(' · ')[0] ?? '')).toEqual(countsOf(report, () => true))
        expect(text).not.toMatch(/\bm\d/)
        expect(text.includes('all names are left out')).toBe(report.outcome === 'drift')
      }),
      {numRuns: 60},
    )
  })
})

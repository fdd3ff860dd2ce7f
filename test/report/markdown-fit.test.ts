import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {renderMarkdown} from '../../src/report/markdown.ts'
import {buildFailedReport, buildLargeReport, buildReport} from '../support/report-builder.ts'
import {outsideCode} from './outside-code.ts'

const large = buildLargeReport(40, 30)

function rowsOf(markdown: string): number {
  return markdown.match(/^\| \*\*(?:added|modified|removed)\*\* \|.*\|$/gm)?.length ?? 0
}

describe('a report in markdown with a limit', () => {
  it('is whole where there is room', () => {
    const whole = renderMarkdown(large)
    expect(renderMarkdown(large, {limit: Buffer.byteLength(whole)})).toBe(whole)
    expect(renderMarkdown(large, {limit: Buffer.byteLength(whole) - 1})).toContain('**Left out')
  })

  it('is cut on a whole row, and counts what is left out', () => {
    fc.assert(
      fc.property(fc.integer({min: 5_000, max: 110_000}), limit => {
        const text = renderMarkdown(large, {limit})
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit)
        const [, left = '0'] = /^\*\*Left out, .+:\*\* ([\d,]+) drifted resources?\.$/m.exec(text) ?? []
        expect(rowsOf(text) + Number(left.replaceAll(',', ''))).toBe(1200)
        expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length)
        expect(text).toContain('### What to do')
        expect(outsideCode(text)).not.toContain('`')
      }),
      {numRuns: 60},
    )
  })

  it('uses the room that there is', () => {
    const text = renderMarkdown(large, {limit: 60_000})
    expect(Buffer.byteLength(text)).toBeGreaterThan(59_000)
  })

  it('counts bytes, not characters', () => {
    const rows = Array.from({length: 300}, (_, index) => ({
      type: 'added' as const,
      resource: `/v1/ConfigMap/決済/${'設定'.repeat(50)}${index}`,
    }))
    const text = renderMarkdown(buildReport([{name: '決済', rows}]), {limit: 40_000})
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(40_000)
    expect(rowsOf(text)).toBeGreaterThan(80)
    expect(text.isWellFormed()).toBe(true)
  })

  it('keeps the Manifests that were not checked in spite of much drift, and drift in spite of many of those', () => {
    const unchecked = Array.from({length: 2000}, (_, index) => ({
      name: `u-${index}`,
      outcome: 'not-checked' as const,
      lastCheckedAt: null,
    }))
    const both = {...large, manifests: [...large.manifests, ...buildReport(unchecked).manifests]}
    const text = renderMarkdown(both, {limit: 60_000})
    expect(text.match(/^\| \*\*not-checked\*\* /gm)?.length).toBeGreaterThan(300)
    expect(rowsOf(text)).toBeGreaterThan(300)
    expect(text).toMatch(/\*\*Left out, .+:\*\* [\d,]+ drifted resources, [\d,]+ unchecked Manifests\.\n/)
  })

  it.each([
    ['a text that nobody can shorten', 3_000, true],
    ['no room at all', 100, false],
  ])('says at least how the run ended in spite of %s', (_what, limit, isThere) => {
    const message = Array.from({length: 500}, (_, index) => `tazuna-watch.yaml:${index}:1 x: not a key`).join('\n')
    const report = buildFailedReport({code: 'CONFIG_INVALID', message, hint: 'fix it'})
    const text = renderMarkdown(report, {limit})
    expect(text.startsWith('## ❌ `prod-tokyo`: failed\n')).toBe(isThere)
    expect(text.includes('**Left out, since this is too much for one page:** everything else.')).toBe(isThere)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit)
  })

  it('is made of 100,000 rows within 900 KiB in no time', () => {
    const startedAt = performance.now()
    const text = renderMarkdown(buildLargeReport(1000, 100), {limit: 900 * 1024})
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(900 * 1024)
    expect(Buffer.byteLength(text)).toBeGreaterThan(880 * 1024)
    expect(performance.now() - startedAt).toBeLessThan(20_000)
  })
})

import {mkdir, readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {Report} from '../../../src/model/report.ts'
import {renderMarkdown} from '../../../src/report/markdown.ts'
import {tellGithubActions, type GithubActionsOptions} from '../../../src/sink/github-actions/github-actions.ts'
import {renderStepOutputs, stepOutputs} from '../../../src/sink/github-actions/step-outputs.ts'
import {buildFailedReport, buildLargeReport, buildReport} from '../../support/report-builder.ts'
import {tempDir, type TempDir} from '../../support/temp-dir.ts'

const row = {type: 'modified', resource: 'apps/v1/Deployment/web/nginx'} as const
const drifted = buildReport([{name: 'web', rows: [row]}, {name: 'api'}])
const failed = buildFailedReport({code: 'ARTIFACT_NETWORK', message: 'the registry is down', hint: 'wait'})

let dir: TempDir
let written: string[]
beforeEach(async () => {
  dir = await tempDir()
  written = []
})
afterEach(() => dir[Symbol.asyncDispose]())

const fileOf = (name: string) => join(dir.path, name)
const read = (name: string) => readFile(fileOf(name), 'utf8')

async function tell(report: Report, over: Partial<GithubActionsOptions> = {}): Promise<string[]> {
  return await tellGithubActions(report, {
    env: {GITHUB_STEP_SUMMARY: fileOf('summary'), GITHUB_OUTPUT: fileOf('output')},
    reportPath: null,
    delimiter: 'ghadelimiter_1',
    async write(text) {
      written.push(text)
      await Promise.resolve()
    },
    ...over,
  })
}

/** The values that the runner reads, as its source does: names, then a delimiter and lines up to it. */
function outputsOf(text: string): Record<string, string> {
  const outputs: Record<string, string> = {}
  const lines = text.split('\n')
  while (lines.length > 0) {
    const [name = '', delimiter] = lines.shift()!.split('<<')
    if (delimiter === undefined) continue
    const end = lines.indexOf(delimiter)
    outputs[name] = lines
      .splice(0, end + 1)
      .slice(0, -1)
      .join('\n')
  }
  return outputs
}

describe('tellGithubActions', () => {
  it('writes the page, the outputs and the annotations', async () => {
    expect(await tell(drifted, {reportPath: '/job/report.json'})).toEqual([])
    expect(await read('summary')).toBe(renderMarkdown(drifted))
    expect(outputsOf(await read('output'))).toEqual({
      outcome: 'drift',
      'drift-count': '1',
      'report-path': '/job/report.json',
    })
    expect(written.join('')).toMatch(/^::warning title=.+\n::notice title=.+\n$/)
  })

  it.each<[string, Report, Record<string, string>]>([
    ['a clean run', buildReport([{name: 'web'}]), {outcome: 'clean', 'drift-count': '0'}],
    [
      'drift of every kind',
      buildReport([
        {
          name: 'web',
          rows: [
            ...(['added', 'modified', 'removed', 'always-sync'] as const).map(type => ({...row, type})),
            {...row, filteredBy: 'ignore-rule'},
          ],
        },
      ]),
      {outcome: 'drift', 'drift-count': '3'},
    ],
    [
      'an incomplete run',
      buildReport([
        {name: 'web', rows: [row]},
        {name: 'api', outcome: 'error'},
      ]),
      {outcome: 'incomplete', 'drift-count': '1'},
    ],
    ['a failed run, of which no count is known', failed, {outcome: 'failed', 'drift-count': ''}],
  ])('has outputs of %s', (_what, report, outputs) => {
    expect(stepOutputs(report, null)).toEqual({...outputs, 'report-path': ''})
  })

  it('lets no path end its own output', () => {
    const path = '/job/a\noutcome=clean\noutcome<<x\nclean\nx'
    const text = renderStepOutputs(stepOutputs(drifted, path), 'ghadelimiter_1')
    expect(outputsOf(text)).toEqual({outcome: 'drift', 'drift-count': '1', 'report-path': path})
  })

  it('adds to what other commands of the step wrote, also where their last line has no end', async () => {
    await writeFile(fileOf('summary'), '# Before')
    await writeFile(fileOf('output'), 'a=b')
    await tell(drifted)
    await tell(failed)
    expect(await read('summary')).toBe(`# Before\n${renderMarkdown(drifted)}\n${renderMarkdown(failed)}`)
    expect((await read('output')).split('\n', 2)).toEqual(['a=b', 'outcome<<ghadelimiter_1'])
    expect(outputsOf(await read('output'))).toMatchObject({outcome: 'failed', 'drift-count': ''})
  })

  it.each([
    ['alone', 0, 900 * 1024],
    ['after others', 300 * 1024, 900 * 1024],
  ])('keeps the page below 900 KiB, %s', async (_where, before, limit) => {
    if (before > 0) await writeFile(fileOf('summary'), 'x'.repeat(before))
    expect(await tell(buildLargeReport(500, 40))).toEqual([])
    const text = await read('summary')
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limit)
    expect(Buffer.byteLength(text)).toBeGreaterThan(limit - 20_000)
    expect(text).toMatch(/\n\*\*Left out, since this is too much for one page:\*\* [\d,]+ drifted resources\.\n$/)
  })

  it('says at least how the run ended on a page that others have filled, and never fills it above 1 MiB', async () => {
    await writeFile(fileOf('summary'), 'x'.repeat(950 * 1024))
    await tell(buildLargeReport(500, 40))
    expect((await read('summary')).slice(950 * 1024)).toMatch(/^\n## 🔴 `prod-tokyo`: drift\n/)
    await writeFile(fileOf('summary'), 'x'.repeat(1024 * 1024 - 50))
    expect(await tell(buildLargeReport(500, 40))).toEqual([])
    expect(await read('summary')).toBe('x'.repeat(1024 * 1024 - 50))
  })

  it.each([
    ['GITHUB_STEP_SUMMARY', 'output'],
    ['GITHUB_OUTPUT', 'summary'],
  ])('does without %s', async (variable, other) => {
    const env = {GITHUB_STEP_SUMMARY: fileOf('summary'), GITHUB_OUTPUT: fileOf('output'), [variable]: ''}
    expect(await tell(drifted, {env})).toEqual([])
    expect(await read(other)).not.toBe('')
  })

  it('says what it could not write, and writes the rest', async () => {
    await mkdir(fileOf('summary'))
    expect(await tell(drifted)).toEqual([expect.stringMatching(/^writing GITHUB_STEP_SUMMARY to .+: EISDIR/)])
    expect(outputsOf(await read('output'))).toMatchObject({outcome: 'drift'})
    expect(written).toHaveLength(1)
  })

  it('writes no annotation of a clean run', async () => {
    await tell(buildReport([{name: 'web'}]))
    expect(written).toEqual([])
  })
})

import {mkdir, readFile, readdir, stat, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import type {LastKnown} from '../../src/model/last-known.ts'
import type {Report} from '../../src/model/report.ts'
import type {Delivery} from '../../src/notify/notifier.ts'
import {Secret, redactor} from '../../src/secret.ts'
import {textfileSink, type TextfileOptions} from '../../src/sink/textfile.ts'
import {buildLastKnown} from '../metrics/build-last-known.ts'
import {checkMetrics, promtoolPath} from '../support/promtool.ts'
import {buildFailedReport, buildReport} from '../support/report-builder.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'

const row = {type: 'modified', resource: 'apps/v1/Deployment/web/nginx'} as const
const drifted = buildReport([{name: 'web', rows: [row]}, {name: 'api'}])
const clean = buildReport([{name: 'web'}, {name: 'api'}])
const incomplete = buildReport([{name: 'web'}, {name: 'api', outcome: 'error', error: 'no'}])
const failed = buildFailedReport({code: 'ARTIFACT_NETWORK', message: 'the registry is down', hint: 'wait'})

let dir: TempDir
let path: string
beforeEach(async () => {
  dir = await tempDir()
  path = join(dir.path, 'tazuna-watch.prom')
})
afterEach(() => dir[Symbol.asyncDispose]())

function sinkOf(over: Partial<TextfileOptions> = {}) {
  const sets = ['tazuna_watch'] as const
  const redact = redactor([])
  return textfileSink({path, cluster: 'prod', watch: 'default', intervalSeconds: 3600, sets, redact, ...over})
}

async function write(
  report: Report,
  over: Partial<TextfileOptions> = {},
  lastKnown: LastKnown | null = null,
): Promise<Delivery> {
  const sink = sinkOf(over)
  return await sink.send(sink.render(report, lastKnown)!, new AbortController().signal)
}

const read = () => readFile(path, 'utf8')

describe('the text file', () => {
  it('has all gauges of a complete run, with the cluster on every series', async () => {
    expect(await write(drifted)).toStrictEqual({ok: true, attempts: 1})
    const text = await read()
    expect(text).toContain('tazuna_watch_manifest_drift{cluster="prod",manifest="web"} 1\n')
    expect(text).toContain('tazuna_watch_last_run_timestamp_seconds{cluster="prod"} ')
    const samples = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
    expect(samples.filter(line => !line.includes('cluster="prod"'))).toEqual([])
  })

  it('has the watch as scope unless it is the default one', async () => {
    await write(drifted, {watch: 'edge'})
    expect(await read()).toContain('tazuna_watch_manifest_drift{cluster="prod",manifest="web",scope="edge"} 1\n')
  })

  it('can be read by everybody, and nothing is left beside it', async () => {
    const mask = process.umask(0o077)
    try {
      await write(drifted)
    } finally {
      process.umask(mask)
    }
    expect((await stat(path)).mode & 0o777).toBe(0o644)
    expect(await readdir(dir.path)).toEqual(['tazuna-watch.prom'])
  })

  it('is replaced as a whole: who reads the old one reads it to its end', async () => {
    await write(drifted)
    const before = await stat(path)
    await write(clean)
    expect((await stat(path)).ino).not.toBe(before.ino)
    expect(await read()).toContain('manifest="web"} 0\n')
  })

  it.each([
    ['a failed run', failed, 'failed'],
    ['an incomplete run', incomplete, 'incomplete'],
  ])('keeps the Manifests through %s', async (_what, report, outcome) => {
    await write(drifted)
    expect(await write(report)).toStrictEqual({ok: true, attempts: 1})
    const text = await read()
    expect(text).toContain('tazuna_watch_manifest_drift{cluster="prod",manifest="web"} 1\n')
    expect(text).toContain('tazuna_watch_last_success_timestamp_seconds{cluster="prod"} ')
    expect(text).toContain(`tazuna_watch_run_outcome{cluster="prod",outcome="${outcome}"} 1\n`)
    expect(text).toContain('tazuna_watch_run_outcome{cluster="prod",outcome="drift"} 0\n')
    expect(await readdir(dir.path)).toEqual(['tazuna-watch.prom'])
  })

  it('is made of what is remembered when a run failed, whatever the old file was', async () => {
    await writeFile(path, 'node_load1 1\n')
    const counts = {added: 0, modified: 1, removed: 0}
    const known = buildLastKnown([{name: 'web', counts, firstSeenAt: '2026-11-20T09:00:00Z'}, {name: 'api'}])
    expect(await write(failed, {}, known)).toStrictEqual({ok: true, attempts: 1})
    const text = await read()
    expect(text).toContain('tazuna_watch_manifest_drift{cluster="prod",manifest="web"} 1\n')
    expect(text).toContain(
      `tazuna_watch_manifest_first_seen_timestamp_seconds{cluster="prod",manifest="web"} ${Date.UTC(2026, 10, 20, 9) / 1000}\n`,
    )
    expect(text).toContain('tazuna_watch_last_success_timestamp_seconds{cluster="prod"} ')
    expect(text).toContain('tazuna_watch_run_outcome{cluster="prod",outcome="failed"} 1\n')
    expect(text).not.toContain('node_load1')
  })

  it('keeps what it had of ages where nobody knows them, and tells the rest', async () => {
    const first = {firstSeenAt: '2026-11-20T09:00:00Z', rows: [row]}
    await write(buildReport([{name: 'web', ...first}, {name: 'api'}]))
    const unknown = {warnings: [{code: 'FIRST_SEEN_UNKNOWN', message: 'no'}]}
    await write(buildReport([{name: 'web', rows: [row], firstSeenAt: '2026-11-21T09:00:00Z'}, {name: 'new'}], unknown))
    const text = await read()
    expect(text).toContain(
      `first_seen_timestamp_seconds{cluster="prod",manifest="web"} ${Date.UTC(2026, 10, 20, 9) / 1000}\n`,
    )
    expect(text).toContain('manifest_drift{cluster="prod",manifest="new"} 0\n')
    expect(text).not.toContain('manifest="api"')
  })

  it('has only the gauges about the run when the first one failed', async () => {
    expect(await write(failed)).toStrictEqual({ok: true, attempts: 1})
    expect(await read()).not.toContain('manifest')
  })

  it('has them as after a complete run again after one', async () => {
    await write(clean)
    const expected = await read()
    await write(drifted)
    await write(failed)
    await write(clean)
    expect(await read()).toBe(expected)
  })

  it.each([
    ['is not ours', 'node_load1 1\n', 'line 1 does not begin a gauge of ours'],
    ['is cut short', '# HELP tazuna_watch_x', 'it is cut short'],
  ])('keeps nothing where the old file %s, and says so', async (_what, old, problem) => {
    await writeFile(path, old)
    expect(await write(failed)).toStrictEqual({
      ok: true,
      attempts: 1,
      detail:
        'the gauges of Manifests were not kept, and come back with the next run that checks all: ' +
        `the old ${path} is not as it was written: ${problem}`,
    })
    expect(await read()).toContain('outcome="failed"} 1\n')
    expect(await read()).not.toContain('node_load1')
  })

  it('takes nothing of the file of another watch', async () => {
    await write(drifted, {watch: 'edge'})
    expect(await write(failed)).toMatchObject({ok: true, detail: expect.stringContaining('is of another watch')})
    expect(await read()).not.toContain('edge')
  })

  it('does not care what the old file was after a complete run', async () => {
    await writeFile(path, 'node_load1 1\n')
    expect(await write(clean)).toStrictEqual({ok: true, attempts: 1})
  })

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['a folder', () => mkdir(path), /^writing .+: it is there and is no ordinary file$/],
    ['a link', () => symlink('/dev/null', path), /^writing .+: it is there and is no ordinary file$/],
  ])('is not written where %s has its name', async (_what, make, detail) => {
    await make()
    for (const report of [clean, failed]) {
      expect(await write(report)).toStrictEqual({
        ok: false,
        attempts: 1,
        retryable: false,
        detail: expect.stringMatching(detail),
      })
    }
    expect(await readdir(dir.path)).toEqual(['tazuna-watch.prom'])
  })

  it('is not written into a folder that is not there, and the detail hides secrets', async () => {
    const delivery = await write(clean, {path: join(dir.path, 'no/x.prom'), redact: redactor([new Secret('x.prom')])})
    expect(delivery).toMatchObject({ok: false, detail: expect.stringMatching(/^writing .+\[redacted\]: ENOENT/)})
  })

  it('is written although the time for delivering is over', async () => {
    const sink = sinkOf()
    expect(await sink.send(sink.render(failed, null)!, AbortSignal.abort())).toMatchObject({ok: true})
  })

  it('has nothing of a failed run where only drift_stack is asked for', () => {
    expect(sinkOf({sets: ['drift_stack']}).render(failed, null)).toBeNull()
  })

  it('is shown by a dry run as text, without secrets', () => {
    const sink = sinkOf({redact: redactor([new Secret('hunter22')]), cluster: 'hunter22'})
    expect(sink.show(sink.render(drifted, null)!)).toContain(`# ${path}\n# HELP tazuna_watch_build_info`)
    const text = sink.show(sink.render(failed, null)!) as string
    expect(text.split('\n', 1)).toEqual([`# ${path}, which keeps its other gauges`])
    expect(text).toContain('cluster="[redacted]"')
  })
})

describe.skipIf(promtoolPath === null)('promtool check metrics', () => {
  it('has no complaint about a file that kept its Manifests, hostile names and all', async () => {
    const cluster = String.raw`arn:"aws"\eks` + '\n'
    const name = String.raw`a/b "c" \d é` + '\n# EOF'
    await write(buildReport([{name, rows: [row]}, {name: 'api'}]), {cluster})
    expect(await write(failed, {cluster})).toStrictEqual({ok: true, attempts: 1})
    expect(await checkMetrics(await read())).toBe('')
    expect(await read()).toContain('manifest_drift')
  })
})

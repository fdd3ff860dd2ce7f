import {describe, expect, it} from 'vitest'

import {WatchError} from '../src/errors.ts'
import type {RunEvent} from '../src/event.ts'
import {newReport} from '../src/model/new-report.ts'
import {observe, type ObserveOptions} from '../src/observe.ts'
import {redactor, Secret} from '../src/secret.ts'
import type {Source} from '../src/source.ts'
import {keyOf, readingOf} from './support/story-reading.ts'

const startedAt = new Date('2026-11-21T09:00:00Z')
const run = {cluster: 'prod', watch: 'default', id: 'id', group: 'id', dryRun: false, version: '0.2.0', startedAt}

/** A run that reads this; `disposed` counts how often its source was put away. */
function scene(over: Partial<ObserveOptions> = {}) {
  const events: RunEvent[] = []
  const seen = {disposed: 0, seconds: 0}
  const source: Source = {
    report: {
      kind: 'oci',
      ref: 'oci://r/x',
      digest: 'sha256:1',
      revision: null,
      createdAt: null,
      verifiedBy: [],
      url: null,
      previousDigest: null,
    },
    folder: '/tmp/run-1',
    file: 'tazuna.yaml',
    [Symbol.asyncDispose]: () => Promise.resolve(void (seen.disposed += 1)),
  }
  const options: ObserveOptions = {
    run,
    openSource: () => Promise.resolve(source),
    readState: () => Promise.resolve(readingOf({web: {modified: ['a'], added: ['b']}, api: {}})),
    ignore: [],
    clock: () => new Date(startedAt.getTime() + 1000 * (seen.seconds += 1)),
    onEvent: event => events.push(event),
    redact: redactor([new Secret('canary-hook')]),
    readingSignal: new AbortController().signal,
    ...over,
  }
  return {events, seen, look: () => observe(newReport(run), options)}
}

describe('observe', () => {
  it('gives a report of what was seen, and what the memory is compared with', async () => {
    const {seen, events, look} = scene()
    const {report, seen: observation} = await look()
    expect(report).toMatchObject({
      outcome: 'drift',
      source: {digest: 'sha256:1'},
      tazuna: {version: '0.4.4', exitCode: 0},
      summary: {entries: {modified: 1, added: 1}},
    })
    expect(observation).toMatchObject({
      outcome: 'drift',
      errorCode: null,
      listKnown: true,
      moved: new Set(),
      source: {digest: 'sha256:1'},
      manifests: [
        {name: 'web', state: 'checked'},
        {name: 'api', state: 'checked'},
      ],
    })
    expect(observation.entries.map(({entry}) => entry.stateKey)).toEqual([keyOf('web', 'a'), keyOf('web', 'b')])
    expect(seen.disposed).toBe(1)
    expect(events).toEqual([{type: 'stage', stage: 'tazuna', detail: 'tazuna state diff'}])
  })

  it('takes the time when the reading began before the source is opened, and that of ages after it', async () => {
    const {seen} = await scene().look()
    expect([seen.readAt.toISOString(), seen.now.toISOString()]).toEqual([
      '2026-11-21T09:00:01.000Z',
      '2026-11-21T09:00:02.000Z',
    ])
  })

  it('gives rows that an ignore rule covers along, marked as such: they prove that an entry is there', async () => {
    const rule = {manifest: ['web'], resource: ['/v1/ConfigMap/web/a'], diffType: null, reason: 'by hand', until: null}
    const {seen} = await scene({ignore: [rule]}).look()
    expect(seen.entries.map(({filteredBy}) => filteredBy)).toEqual(['ignore-rule', null])
  })

  it('knows nothing of Manifests after a run that checked none', async () => {
    const {seen, report} = await scene({readState: () => Promise.resolve(readingOf({web: 'fails'}))}).look()
    expect(report).toMatchObject({outcome: 'failed', error: {code: 'TAZUNA_FAILED'}})
    expect(seen).toMatchObject({
      outcome: 'failed',
      errorCode: 'TAZUNA_FAILED',
      manifests: [],
      entries: [],
      listKnown: false,
    })
  })

  it('does not take an unknown list for an empty one', async () => {
    const reading = readingOf({web: {modified: ['a']}, api: {}}, {noList: true})
    const {seen} = await scene({readState: () => Promise.resolve(reading)}).look()
    expect(seen).toMatchObject({outcome: 'incomplete', errorCode: 'COVERAGE_UNKNOWN', listKnown: false})
  })

  it.each<[string, Partial<ObserveOptions>, number]>([
    ['source', {openSource: () => Promise.reject(new WatchError('ARTIFACT_NETWORK', 'pulling canary-hook'))}, 0],
    ['tazuna', {readState: () => Promise.reject(new WatchError('TAZUNA_NOT_FOUND', 'running canary-hook'))}, 1],
  ])('makes a failed run of an error of the %s, and hides secrets in it', async (_, over, disposed) => {
    const {seen, look} = scene(over)
    const {report, seen: observation} = await look()
    expect(report.outcome).toBe('failed')
    expect(report.error!.message).toMatch(/^(pulling|running) \[redacted\]$/)
    expect(observation).toMatchObject({
      outcome: 'failed',
      errorCode: report.error!.code,
      manifests: [],
      listKnown: false,
    })
    expect(seen.disposed).toBe(disposed)
  })

  it('names files without the folder of this run', async () => {
    const reading = readingOf({web: {modified: ['a']}, api: 'fails'})
    const [output] = reading.outputs
    const failure = {...output!.failure!, line: 'reading /tmp/run-1/web.yaml: no such file'}
    const {report} = await scene({
      readState: () => Promise.resolve({...reading, outputs: [{...output!, failure}]}),
    }).look()
    expect(report.manifests.map(({error}) => error)).toEqual([null, 'reading web.yaml: no such file'])
  })

  it('does not hide a bug', async () => {
    const bug = new TypeError('no such thing')
    await expect(scene({readState: () => Promise.reject(bug)}).look()).rejects.toBe(bug)
  })
})

import {hash as digest} from 'node:crypto'

import type {Kube} from '../src/kube/client.ts'
import {parseConfigMap, renderConfigMap, type ConfigMap} from '../src/kube/config-map.ts'
import {configMapMemory} from '../src/memory/configmap.ts'
import type {DiffEntry} from '../src/model/diff-entry.ts'
import type {StateReading} from '../src/model/state-reading.ts'
import {renderExposition} from '../src/metrics/exposition.ts'
import {toFamilies} from '../src/metrics/families.ts'
import {toEntryMatcher} from '../src/notify/match.ts'
import {renderMessage} from '../src/notify/slack/message.ts'
import {payloadProblems} from '../src/notify/slack/payload-problems.ts'
import {renderReportText} from '../src/report/text.ts'
import {watch} from '../src/watch.ts'
import {figure, median} from './measure.ts'

const manifests = 1_000
const entries = 100
const rounds = 5
const identity = {cluster: 'bench', watch: 'default'}
const hour = 3_600_000
const mebibyte = 1024 * 1024

/** Report, decide, render and save where everything has drifted, on top of parsing; the API server takes no time. */
export async function largeWatch(): Promise<string[]> {
  const reading = driftEverywhere()
  const first: number[] = []
  const second: number[] = []
  let found: Sizes = {problems: [], kept: 0, folded: 0}
  for (let round = 0; round < rounds; round += 1) {
    const kube = heldInProcess()
    first.push(await timeOf(() => runOnce(reading, kube, 0)))
    second.push(await timeOf(async () => void (found = await runOnce(reading, kube, 24))))
  }
  return [
    `1,000 Manifests × 100 entries drifted: report, decide, render, save; medians of ${rounds}`,
    `  first run        ${figure(median(first) / 1000, 2)} s (goal 2): all is new`,
    `  a reminder       ${figure(median(second) / 1000, 2)} s (goal 2): the memory is read, too`,
    `  ConfigMap        ${figure(found.kept / mebibyte, 2)} MiB (limit 1), ${found.folded} Manifests folded`,
    `  payload limits   ${found.problems.length === 0 ? 'kept' : found.problems.join(', ')}`,
  ]
}

type Sizes = {problems: string[]; kept: number; folded: number}

async function runOnce(reading: StateReading, kube: Kube & {size: () => number}, at: number): Promise<Sizes> {
  const clock = () => new Date(Date.parse('2026-11-21T09:00:00Z') + at * hour)
  const never = new AbortController().signal
  const problems: string[] = []
  const report = await watch({
    run: {...identity, id: `run-${at}`, group: `run-${at}`, dryRun: false, version: '0.0.0', startedAt: clock()},
    memory: configMapMemory({
      ...identity,
      namespace: 'watch',
      name: 'memory',
      writtenBy: '0.0.0',
      openKube: () => Promise.resolve(kube),
    }),
    newMemoryKey: () => '0'.repeat(64),
    minSightings: 1,
    graceAfterNewArtifact: 0,
    recoverFirstSeen: null,
    openSource: () =>
      Promise.resolve({
        folder: '/nowhere',
        file: 'tazuna.yaml',
        report: {
          kind: 'path',
          ref: '.',
          digest: null,
          revision: null,
          createdAt: null,
          verifiedBy: [],
          url: null,
          previousDigest: null,
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }),
    readState: () => Promise.resolve(reading),
    ignore: [],
    notifiers: [
      {
        notifier: {
          name: 'slack',
          type: 'slack',
          render: renderMessage,
          send(payload) {
            problems.push(...payloadProblems(payload as ReturnType<typeof renderMessage>))
            return Promise.resolve({ok: true, attempts: 1})
          },
        },
        rules: {
          name: 'slack',
          matches: toEntryMatcher(undefined),
          remindAfter: 24 * hour,
          changeInterval: 6 * hour,
          failuresBeforeNotice: 2,
          resolved: false,
        },
      },
    ],
    sinks: [
      {
        name: 'known',
        type: 'pushgateway',
        render: (report, lastKnown) => {
          const {run, manifests} = toFamilies(report, lastKnown, {
            ...identity,
            intervalSeconds: null,
            sets: ['tazuna_watch'],
          })
          return renderExposition([...run, ...(manifests ?? [])])
        },
        show: payload => payload,
        send: () => Promise.resolve({ok: true, attempts: 1}),
      },
    ],
    links: {runbookUrl: null, reportUrl: null},
    warnings: [],
    clock,
    timeLeft: () => 60_000,
    onEvent: () => undefined,
    redact: text => text,
    interrupt: never,
    readingSignal: never,
    deliverySignal: never,
  })
  const told = report.notifications.map(({delivery}) => delivery).join()
  if (told !== 'delivered,delivered') throw new Error(`the run told ${told}: ${JSON.stringify(report.warnings)}`)
  renderReportText(report, {color: false, width: 80})
  const folded = report.warnings.find(({code}) => code === 'MEMORY_FOLDED')?.message.match(/and (\d+) more/)?.[1]
  return {problems, kept: kube.size(), folded: folded === undefined ? 0 : Number(folded) + 5}
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

function driftEverywhere(): StateReading {
  const names = Array.from({length: manifests}, (_, index) => `manifest-${index}`)
  const blocks = names.map(manifest => ({
    manifest,
    entries: Array.from({length: entries}, (_, index): DiffEntry => {
      const stateKey = `${manifest}/apps/v1/Deployment/namespace-${index % 10}/deployment-${index}`
      return {manifest, stateKey, diffType: 'modified', oldHash: null, newHash: digest('sha256', `new ${stateKey}`)}
    }),
  }))
  return {
    version: '0.4.4',
    list: blocks.map(({manifest, entries}) => ({
      name: manifest,
      stored: new Map(entries.map(({stateKey}) => [stateKey, digest('sha256', stateKey)])),
      lastAppliedAt: '2026-11-20T09:00:00Z',
      gitCommit: null,
    })),
    listFailure: null,
    outputs: [{blocks, exitCode: 0, failure: null, skipped: {named: [], unnamed: 0, unattributed: []}}],
    moved: new Set(),
  }
}

/** One ConfigMap in this process, written and parsed as on its way to an API server. */
function heldInProcess(): Kube & {size: () => number} {
  let version = 1
  const metadata = {name: 'memory', namespace: 'watch', uid: 'u', resourceVersion: '1', labels: {}, annotations: {}}
  let held: ConfigMap = {kind: 'ConfigMap', metadata, data: {}, binaryData: {}}
  return {
    origin: 'in process',
    namespace: 'watch',
    identity: 'bench',
    getConfigMap: () => Promise.resolve({ok: true, value: held}),
    updateConfigMap(configMap) {
      version += 1
      const {metadata} = configMap
      const text = renderConfigMap({...configMap, metadata: {...metadata, resourceVersion: String(version)}})
      held = parseConfigMap(text)!
      return Promise.resolve({ok: true, value: held})
    },
    close: () => Promise.resolve(),
    size: () => Buffer.byteLength(held.binaryData['memory.json.gz'] ?? '', 'base64'),
  }
}

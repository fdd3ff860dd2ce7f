import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {renderExposition, type Family} from '../../src/metrics/exposition.ts'
import {toFamilies, type FamiliesOptions} from '../../src/metrics/families.ts'
import {keepFamilies} from '../../src/metrics/kept-families.ts'
import {parseExposition} from '../../src/metrics/parse-exposition.ts'
import {watchLabels} from '../../src/metrics/watch-labels.ts'
import {buildFailedReport, buildReport} from '../support/report-builder.ts'

const options: FamiliesOptions = {intervalSeconds: 3600, sets: ['tazuna_watch', 'drift_stack']}
const labels = watchLabels({cluster: 'prod', watch: 'default'})
const row = {type: 'modified', resource: 'apps/v1/Deployment/web/nginx'} as const
const drifted = buildReport([{name: 'web', rows: [row]}, {name: 'api'}])
const failed = buildFailedReport({code: 'ARTIFACT_NETWORK', message: 'no', hint: 'wait'})

function exposition(report: typeof drifted, watch = labels): string {
  const {run, manifests} = toFamilies(report, null, options)
  return renderExposition([...run, ...(manifests ?? [])], watch)
}

const old = exposition(drifted)
const later = exposition({...failed, run: {...failed.run, finishedAt: '2026-11-21T10:00:02Z'}})

function namesOf(text: string): (string | undefined)[] {
  return [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
}

describe('watchLabels', () => {
  it.each([
    ['default', {cluster: 'prod'}],
    ['edge', {cluster: 'prod', scope: 'edge'}],
  ])('of the watch %s are %j', (watch, expected) => {
    expect(watchLabels({cluster: 'prod', watch})).toStrictEqual(expected)
  })
})

describe('keepFamilies', () => {
  it('keeps what a failed run does not tell, and nothing of what it does', () => {
    const {text, problem} = keepFamilies(later, old, labels)
    expect(problem).toBeNull()
    expect(text).toContain('tazuna_watch_manifest_drift{cluster="prod",manifest="web"} 1\n')
    expect(text).toContain('drift_stack_state{cluster="prod",stack="web"} 1\n')
    expect(text).toContain('tazuna_watch_run_outcome{cluster="prod",outcome="failed"} 1\n')
    expect(text).toContain('tazuna_watch_run_outcome{cluster="prod",outcome="drift"} 0\n')
    expect(namesOf(text)).toStrictEqual(namesOf(old))
  })

  it('moves only the times of what the run tells', () => {
    const {text} = keepFamilies(later, old, labels)
    const [before, after] = [old, text].map(exposition => exposition.split('\n'))
    expect(after!.filter((line, index) => line !== before![index])).toStrictEqual([
      `tazuna_watch_last_run_timestamp_seconds{cluster="prod"} ${Date.UTC(2026, 10, 21, 10, 0, 2) / 1000}`,
      'tazuna_watch_run_outcome{cluster="prod",outcome="drift"} 0',
      'tazuna_watch_run_outcome{cluster="prod",outcome="failed"} 1',
    ])
  })

  it('has nothing to keep of a file that is empty', () => {
    expect(keepFamilies(later, '', labels)).toStrictEqual({text: later, problem: null})
  })

  const lines = old.split('\n')
  const without = (index: number) => lines.toSpliced(index, 1).join('\n')
  it.each([
    ['cut in the middle of a line', old.slice(0, -9), 'it is cut short'],
    ['cut between two lines of a family', `${lines[0]!}\n`, 'line 2 does not say that it is a gauge'],
    ['without a TYPE', without(1), 'line 2 does not say that it is a gauge'],
    ['without its first line', without(0), 'line 1 does not begin a gauge of ours'],
    ['with an empty line', old.replace('\n# HELP', '\n\n# HELP'), 'line 4 is no sample of its gauge'],
    ['twice the same', old + old, `line ${lines.length} begins drift_clean_count again`],
    ['of another cluster', exposition(drifted, {cluster: 'other'}), 'line 3 is of another watch'],
    ['of another watch', exposition(drifted, {cluster: 'prod', scope: 'edge'}), 'line 3 is of another watch'],
    ['without the cluster', exposition(drifted, {} as typeof labels), 'line 3 is no sample of its gauge'],
    ['with a time on a sample', old.replace(/ (\d+)\n/, ' $1 1700000000000\n'), 'line 3 is no sample of its gauge'],
    ['with a value that is none', old.replace(/ \d+\n/, ' many\n'), 'line 3 is no sample of its gauge'],
    ['with a counter', old.replace(' gauge\n', ' counter\n'), 'line 2 does not say that it is a gauge'],
    [
      'of somebody else',
      '# HELP node_load1 Load.\n# TYPE node_load1 gauge\nnode_load1{cluster="prod"} 1\n',
      'line 1 does not begin a gauge of ours',
    ],
    ['with Windows line ends', old.replaceAll('\n', '\r\n'), 'line 2 does not say that it is a gauge'],
    ['with a page instead', '<html>\n', 'line 1 does not begin a gauge of ours'],
  ])('keeps nothing of a file %s, and says why', (_what, broken, problem) => {
    expect(keepFamilies(later, broken, labels)).toStrictEqual({text: later, problem})
  })
})

const name = fc.string({unit: 'binary', maxLength: 12})
const family: fc.Arbitrary<Family> = fc.record({
  name: fc.constantFrom('tazuna_watch_a', 'tazuna_watch_b', 'drift_c'),
  help: name,
  samples: fc.array(fc.record({labels: fc.record({manifest: name}), value: fc.double()}), {minLength: 1, maxLength: 3}),
})

it('parseExposition reads back every family that renderExposition wrote', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(family, {selector: ({name}) => name}),
      name,
      fc.option(name, {nil: undefined}),
      (families, cluster, scope) => {
        const watch = scope === undefined ? {cluster} : {cluster, scope}
        const text = renderExposition(families, watch)
        const parsed = parseExposition(text, watch)
        expect(parsed).toHaveProperty('families')
        const read = 'families' in parsed ? parsed.families : new Map<string, string>()
        expect([...read.keys()]).toStrictEqual(families.map(({name}) => name).toSorted())
        expect([...read.values()].join('')).toBe(text)
      },
    ),
    {numRuns: 300},
  )
})

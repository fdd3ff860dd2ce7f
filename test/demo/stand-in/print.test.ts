import {describe, expect, it} from 'vitest'

import {computeDiff, type DiffRow} from '../../../src/demo/stand-in/compute-diff.ts'
import {diffBlock, listBlock, noChanges} from '../../../src/demo/stand-in/print.ts'
import {fixture} from '../../support/state-diff-text.ts'

const a = 'a'.repeat(64)
const b = 'b'.repeat(64)

describe('a block of state diff', () => {
  it('has the columns of the code: names without Manifest, new hashes, and the old one of removed', () => {
    const rows: DiffRow[] = [
      {diffType: 'added', key: 'web/apps/v1/Deployment/web/nginx', oldHash: '', newHash: a},
      {diffType: 'modified', key: 'web//v1/ConfigMap/web/nginx-conf', oldHash: b, newHash: a},
      {diffType: 'removed', key: 'web/rbac.authorization.k8s.io/v1/ClusterRole/web-reader', oldHash: b, newHash: ''},
      {diffType: 'always-sync', key: 'web//v1/Secret/web/app-secret', oldHash: '', newHash: a},
    ]
    expect(diffBlock('web', rows, 'code')).toBe(
      `Manifest: web
  STATUS         RESOURCE                                                     HASH
  added          apps/v1/Deployment/web/nginx                                 ${a}
  modified       /v1/ConfigMap/web/nginx-conf                                 ${a}
  removed        rbac.authorization.k8s.io/v1/ClusterRole/web-reader          (was: ${b})
  always-sync    /v1/Secret/web/app-secret                                    ${a}

`,
    )
  })

  it('lets a long RESOURCE push HASH, and prints a key that it cannot parse raw', () => {
    const name = 'kube-prometheus-stack-kubernetes-system-controller-manager'
    const key = `observability/monitoring.coreos.com/v1/PrometheusRule/observability/${name}`
    const rows: DiffRow[] = [
      {diffType: 'added', key, oldHash: '', newHash: a},
      {diffType: 'removed', key: 'observability/broken-key', oldHash: b, newHash: ''},
    ]
    expect(diffBlock('observability', rows, 'code')).toBe(
      `Manifest: observability
  STATUS         RESOURCE                                                     HASH
  added          monitoring.coreos.com/v1/PrometheusRule/observability/${name} ${a}
  removed        observability/broken-key                                     (was: ${b})

`,
    )
  })

  it('has the columns of the published sample in the documentation dialect', () => {
    const blocks = [
      diffBlock(
        'ingress-nginx',
        [
          {
            diffType: 'modified',
            key: 'ingress-nginx/apps/v1/Deployment/ingress-nginx/controller',
            oldHash: 'abc123'.padEnd(64, '0'),
            newHash: 'def456'.padEnd(64, '0'),
          },
        ],
        'documentation',
      ),
      diffBlock(
        'aws-credentials',
        [
          {
            diffType: 'always-sync',
            key: 'aws-credentials//v1/Secret/default/aws-credentials',
            oldHash: '',
            newHash: 'xyz789'.padEnd(64, '0'),
          },
        ],
        'documentation',
      ),
    ]
    expect(blocks.join('')).toBe(`${fixture('state-diff/documentation-sample.txt')}\n`)
  })

  it.each(['mixed', 'long-and-raw', 'always-sync-only'])('prints the fixture %s byte for byte', name => {
    const text = fixture(`state-diff/${name}.txt`)
    const printed = text
      .split('\n\n')
      .filter(block => block !== '')
      .map(block => {
        const [title, , ...lines] = block.trimEnd().split('\n')
        const manifest = title!.replace('Manifest: ', '')
        return diffBlock(
          manifest,
          lines.map(line => toRow(manifest, line)),
          'code',
        )
      })
    expect(printed.join('')).toBe(text)
  })

  it('is not there when nothing differs', () => {
    expect(noChanges).toBe(fixture('state-diff/clean.txt'))
  })
})

describe('a block of state list', () => {
  it('prints the fixture byte for byte', () => {
    const text = fixture('state-list/five.txt')
    const printed = text
      .split('\n\n')
      .filter(block => block !== '')
      .map(block => {
        const lines = block.split('\n')
        const manifest = lines[0]!.replace('Manifest: ', '')
        const rows = lines.map(line => /^ {2}(\S+\/\S+) +([0-9a-f]{64})$/.exec(line)).filter(match => match !== null)
        return listBlock(manifest, {
          lastSyncedAt: /Last synced: (.*)/.exec(block)?.[1] ?? '',
          gitCommitHash: /Git commit: (.*)/.exec(block)?.[1] ?? '',
          entries: new Map(rows.map(([, resource, hash]) => [`${manifest}/${resource!}`, hash!])),
        })
      })
    expect(printed.join('')).toBe(text)
  })

  it('sorts by State key in byte order and prints a key that it cannot parse raw', () => {
    const entries = new Map([
      ['m/apps/v1/Deployment/n/z', a],
      ['m/broken', b],
      ['m//v1/Secret/n/\u{1F600}', a],
      ['m//v1/Secret/n/\uFFEE', b],
      ['m//v1/Secret/n/B', a],
      ['m//v1/Secret/n/a', b],
    ])
    expect(listBlock('m', {lastSyncedAt: '', gitCommitHash: '', entries})).toBe(
      `Manifest: m
  RESOURCE                                                     HASH
  /v1/Secret/n/B                                               ${a}
  /v1/Secret/n/a                                               ${b}
  /v1/Secret/n/\uFFEE                                               ${b}
  /v1/Secret/n/\u{1F600}                                              ${a}
  apps/v1/Deployment/n/z                                       ${a}
  m/broken                                                     ${b}

`,
    )
  })

  it('says so when there are no entries, even with metadata', () => {
    const state = {lastSyncedAt: '2026-11-19T22:01:00Z', gitCommitHash: 'abc', entries: new Map<string, string>()}
    expect(listBlock('web', state)).toBe('Manifest: web\n  No state found\n\n')
  })
})

describe('the rows of a diff', () => {
  it('are added, modified, removed, each by State key in byte order; equal ones are left out', () => {
    const recorded = new Map([
      ['m/z', a],
      ['m/B', a],
      ['m/gone', a],
      ['m/Gone', a],
      ['m/same', a],
      ['m/c', a],
    ])
    const rendered = new Map([
      ['m/z', b],
      ['m/new', b],
      ['m/New', b],
      ['m/same', a],
      ['m/c', b],
      ['m/B', b],
    ])
    expect(computeDiff(recorded, rendered, false).map(({diffType, key}) => `${diffType} ${key}`)).toEqual([
      'added m/New',
      'added m/new',
      'modified m/B',
      'modified m/c',
      'modified m/z',
      'removed m/Gone',
      'removed m/gone',
    ])
  })

  it('are always-sync for whatever a GenesisSecret renders, after the removed ones', () => {
    const rows = computeDiff(
      new Map([
        ['m/a', a],
        ['m/z', a],
      ]),
      new Map([
        ['m/a', a],
        ['m/b', b],
      ]),
      true,
    )
    expect(rows).toEqual([
      {diffType: 'removed', key: 'm/z', oldHash: a, newHash: ''},
      {diffType: 'always-sync', key: 'm/a', oldHash: '', newHash: a},
      {diffType: 'always-sync', key: 'm/b', oldHash: '', newHash: b},
    ])
  })
})

function toRow(manifest: string, line: string): DiffRow {
  const [, diffType, resource, hash] = /^ {2}(\S+) +(\S+) +(.*)$/.exec(line)!
  const key = resource!.split('/').length < 4 ? resource! : `${manifest}/${resource!}`
  const old = /^\(was: (.*)\)$/.exec(hash!)?.[1]
  return {diffType: diffType as DiffRow['diffType'], key, oldHash: old ?? '', newHash: old === undefined ? hash! : ''}
}

import {describe, expect, it} from 'vitest'

import type {Report} from '../../src/model/report.ts'
import {advice} from '../../src/report/advice.ts'
import {driftedManifests} from '../../src/report/drifted-manifests.ts'
import {buildNotification, buildReport, type ManifestSpec} from '../support/report-builder.ts'

const added: ManifestSpec = {name: 'web', rows: [{type: 'added', resource: '/v1/ConfigMap/web/a'}]}
const modified: ManifestSpec = {name: 'dns', rows: [{type: 'modified', resource: '/v1/ConfigMap/dns/a'}]}
const removed: ManifestSpec = {name: 'batch', rows: [{type: 'removed', resource: '/v1/ConfigMap/batch/a'}]}

function adviceFor(report: Report, isTold: (manifest: string) => boolean = () => true): string {
  const notification = buildNotification(report)
  const entries = notification.report.entries.filter(({manifest}) => isTold(manifest))
  return advice(report, driftedManifests({...report, entries}))
    .map(({diffType, text}) => `→ *${diffType}*: ${text}`)
    .join('\n')
}

describe('advice', () => {
  it('proposes a plain apply when all was checked and nothing is removed', () => {
    expect(adviceFor(buildReport([added, modified]))).toContain('Apply it with `tazuna apply`,')
  })

  it.each([
    ['a removed row', buildReport([added, modified, removed])],
    ['a removed row of the same Manifest', buildReport([{name: 'web', rows: [...added.rows!, ...removed.rows!]}])],
    ['a Manifest that was not checked', buildReport([added, {name: 'x', outcome: 'not-checked'}])],
    [
      'an ignored row, which may be removed',
      buildReport([added, {name: 'x', rows: [{...removed.rows![0]!, filteredBy: 'ignore-rule', ignoreReason: 'x'}]}]),
    ],
  ])('never proposes a plain apply next to %s', (_, report) => {
    expect(adviceFor(report)).not.toContain('`tazuna apply`')
    expect(adviceFor(report)).toContain('Apply it with `tazuna apply --sync`,')
  })

  it('never proposes a plain apply when another notifier is told of the removed row', () => {
    const text = adviceFor(buildReport([added, removed]), name => name === 'web')
    expect(text).toBe(
      '→ *added*: not applied yet. Apply it with `tazuna apply --sync`, or take it out of the source again.',
    )
  })

  it('names the commit of the last apply when there is one for all modified Manifests', () => {
    expect(adviceFor(buildReport([modified]))).toContain('`git log 4f1c2d3e8f6a..`')
  })

  it.each([
    ['they differ', [modified, {...modified, name: 'web', gitCommit: 'a'.repeat(40)}]],
    ['it is unknown', [{...modified, gitCommit: null}]],
    ['it is no commit', [{...modified, gitCommit: 'HEAD; rm -rf /'}]],
    ['it is an option', [{...modified, gitCommit: '--output=x'}]],
  ])('names no commit when %s', (_, manifests) => {
    expect(adviceFor(buildReport(manifests))).toContain('`git log` and')
  })
})

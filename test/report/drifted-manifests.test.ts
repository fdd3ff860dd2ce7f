import {expect, it} from 'vitest'

import {countRows, driftedManifests} from '../../src/report/drifted-manifests.ts'
import {buildReport} from '../support/report-builder.ts'

const report = buildReport([
  {name: 'clean'},
  {
    name: 'web',
    rows: [
      {type: 'added', resource: 'a'},
      {type: 'modified', resource: 'b'},
      {type: 'always-sync', resource: 'c'},
    ],
  },
  {name: 'ignored', rows: [{type: 'removed', resource: 'a', filteredBy: 'ignore-rule', ignoreReason: 'by hand'}]},
  {
    name: 'batch',
    rows: [
      {type: 'added', resource: 'a'},
      {type: 'removed', resource: 'c'},
      {type: 'removed', resource: 'b'},
    ],
  },
])

it('what is removed comes first, among Manifests and among rows', () => {
  const drifted = driftedManifests(report)
  expect(drifted.map(({name, rows}) => [name, ...rows.map(({stateKey}) => stateKey)])).toEqual([
    ['batch', 'c', 'b', 'a'],
    ['web', 'b', 'a'],
  ])
  expect(countRows(drifted)).toEqual({removed: 2, modified: 1, added: 2})
})

it('filtered rows are no drift, even if they are handed over', () => {
  expect(report.entries.map(({manifest}) => manifest)).toContain('ignored')
  expect(driftedManifests(report).map(({name}) => name)).not.toContain('ignored')
})

it('a row of a Manifest that the report does not list is kept', () => {
  const drifted = driftedManifests({...report, manifests: []})
  expect(drifted.map(({name, manifest}) => [name, manifest])).toEqual([
    ['batch', null],
    ['web', null],
  ])
})

import {describe, expect, it} from 'vitest'

import {dataPanels, readDashboard, type Column, type Target} from './dashboard.ts'
import {interpolate, type Choice} from './interpolate.ts'
import {rootSelectors} from './root-selectors.ts'
import {shapes, startStatusServer, type Check} from './status-server.ts'

const dashboard = readDashboard('tazuna-watch-status.json')
const panels = dataPanels(dashboard)
/** What the text boxes say at first. */
const defaults = Object.fromEntries(
  dashboard.templating.list.flatMap(({name, type, current}): [string, Choice][] =>
    type === 'textbox' ? [[name, {all: current.value as string}]] : [],
  ),
)

const now = Date.parse('2026-11-21T12:00:00Z')
const drift: Check = {
  repo: 'default',
  server: 'prod-tokyo',
  sync_status: 'OUT_OF_SYNC',
  drift_count: 2,
  files: [{name: 'web/apps/v1/Deployment/web/nginx'}, {name: 'web/v1/ConfigMap/web/nginx-conf'}],
  last_check: '2026-11-21T11:30:00Z',
}
const synced: Check = {
  repo: 'nightly',
  server: 'prod-osaka',
  sync_status: 'SYNCED',
  drift_count: 0,
  files: [],
  last_check: '2026-11-21T02:00:00Z',
}

/** The rows that Infinity makes of a target: those of the root selector, with its columns. */
async function rowsOf(target: Target, url: string): Promise<Record<string, unknown>[]> {
  const texts = {...defaults, url: {all: url}}
  const answer = await fetch(interpolate(target.url!, texts))
  const rows = rootSelectors[interpolate(target.root_selector!, texts)]!
  return rows(await answer.json(), now).map(row =>
    Object.fromEntries(target.columns!.map(column => [column.text, cellOf(row, column)])),
  )
}

function cellOf(row: Readonly<Record<string, unknown>>, {selector, type}: Column): unknown {
  const value = row[selector]
  if (type === 'timestamp') {
    expect(value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/)
    return new Date(value as string)
  }
  expect(typeof value).toBe(type)
  return value
}

async function post(url: string, ...checks: readonly Check[]): Promise<void> {
  for (const check of checks) {
    const answer = await fetch(`${url}/api/status`, {method: 'POST', body: JSON.stringify(check)})
    expect(answer.status).toBe(200)
  }
}

describe('tazuna-watch-status.json', () => {
  it('asks in the server of Grafana, by one GET of the status', () => {
    for (const {targets} of panels) {
      expect(targets).toEqual([
        expect.objectContaining({
          type: 'json',
          parser: 'backend',
          source: 'url',
          format: 'table',
          url: '${url}/status.json',
        }),
      ])
    }
  })

  it.each(Object.entries(shapes))('reads a server that answers with %s', async (title, shape) => {
    await using server = await startStatusServer(shape)
    await post(server.url, {...drift, drift_count: 9}, synced, drift)
    const isOne = title === 'one object, the last check'
    // a map keeps the place of the first check of a server
    const last = isOne ? [synced] : [drift, synced]
    for (const {title: panel, targets} of panels) {
      const rows = await rowsOf(targets![0]!, server.url)
      expect({panel, rows}).toEqual({panel, rows: expected(panel, last)})
    }
  })

  it.each(Object.entries(shapes))(
    'has no rows, and no error, where nothing was told yet to %s',
    async (_title, shape) => {
      await using server = await startStatusServer(shape)
      for (const {targets} of panels) expect(await rowsOf(targets![0]!, server.url)).toEqual([])
    },
  )
})

function expected(panel: string, checks: readonly Check[]): Record<string, unknown>[] {
  const stale = checks.filter(check => check === synced)
  switch (panel) {
    case 'Watches':
      return checks.map(({server}) => ({Server: server}))
    case 'Out of sync':
      return checks.map(({server, sync_status}) => ({Server: server, Status: sync_status}))
    case 'Drift in all':
      return checks.map(({drift_count}) => ({Drift: drift_count}))
    case 'Stale':
      return stale.map(({server}) => ({Server: server}))
    case 'Servers':
      return checks.map(({server, repo, sync_status, drift_count, last_check}) => ({
        Server: server,
        Repo: repo,
        Status: sync_status,
        Drift: drift_count,
        'Last check': new Date(last_check),
      }))
    case 'Drift of each server and repo':
      return checks.map(({server, repo, drift_count}) => ({Server: server, Repo: repo, Drift: drift_count}))
    case 'Drifted files':
      return checks.flatMap(({server, repo, files, last_check}) =>
        files.map(({name}) => ({Server: server, Repo: repo, File: name, 'Last check': new Date(last_check)})),
      )
    case 'Stale checks':
      return stale.map(({server, repo, last_check}) => ({
        Server: server,
        Repo: repo,
        'Last check': new Date(last_check),
      }))
    default:
      throw new Error(`no panel ${panel}`)
  }
}

import {readFileSync} from 'node:fs'

import {describe, expect, it} from 'vitest'

import {dashboardFiles, dashboardFolder, dataPanels, readDashboard, type Panel} from './dashboard.ts'

const dataSources = {
  'tazuna-watch-status.json': 'yesoreyeram-infinity-datasource',
  'tazuna-watch.json': 'prometheus',
} as const

/** Of those that Grafana knows, the ones in use. packages/grafana-data/src/valueFormats/categories.ts */
const units = ['short', 's', 'string', 'dateTimeAsIso', 'dateTimeFromNow']

it('there are these dashboards', () => {
  expect(dashboardFiles).toEqual(Object.keys(dataSources))
})

describe.each(Object.entries(dataSources))('%s', (file, dataSource) => {
  const text = readFileSync(`${dashboardFolder}/${file}`, 'utf8')
  const dashboard = readDashboard(file)
  const {panels, templating, annotations, links} = dashboard
  const variables = templating.list.map(({name}) => name)

  it('can be provisioned: nothing in it is of one Grafana', () => {
    expect({id: dashboard.id, uid: dashboard.uid}).toEqual({id: null, uid: file.replace('.json', '')})
    for (const key of ['__inputs', '__requires', '__elements', 'iteration', 'pluginVersion', 'DS_'])
      expect(text).not.toContain(key)
    expect(links.find(({title}) => title === 'Runbook')?.url).toBe('${runbook}')
  })

  it('takes its data source from the variable, everywhere', () => {
    const [first] = templating.list
    expect(first).toMatchObject({name: 'datasource', type: 'datasource', query: dataSource})
    const used = [
      ...dataPanels(dashboard).flatMap(({datasource, targets = []}) => [datasource, ...targets.map(t => t.datasource)]),
      ...templating.list.flatMap(({datasource}) => datasource ?? []),
      ...annotations.list.flatMap(({builtIn, datasource}) => (builtIn === undefined ? datasource : [])),
    ]
    expect(new Set(used.map(source => JSON.stringify(source)))).toEqual(
      new Set([JSON.stringify({type: dataSource, uid: '${datasource}'})]),
    )
  })

  it('uses every variable, and no other', () => {
    const own = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name!).filter(name => !/^(?:__|\d)/.test(name))
    const ofJsonata = new Set(['check', 'millis', 'toMillis'])
    expect(new Set(own.filter(name => !ofJsonata.has(name)))).toEqual(new Set(variables))
    for (const {name, description} of templating.list)
      expect({name, description}).toEqual({name, description: expect.stringMatching(/\.$/)})
  })

  it('gives every panel an id of its own and its own place in the grid of 24 columns', () => {
    const ids = panels.map(({id}) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const cells = panels.flatMap(({title, gridPos: {x, y, w, h}}) => {
      expect({title, right: x + w <= 24, x: x >= 0}).toEqual({title, right: true, x: true})
      return Array.from({length: w * h}, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`)
    })
    expect(new Set(cells).size).toBe(cells.length)
    // no hole: what is above the lowest panel is full
    const bottom = Math.max(...panels.map(({gridPos: {y, h}}) => y + h))
    expect(cells.length).toBe(24 * bottom)
  })

  it.each(dataPanels(dashboard).map(panel => [panel.title, panel] as const))(
    '%s says what it shows, in which unit, and what it means that there is nothing',
    (_title, {description, fieldConfig, targets = []}) => {
      expect(description).toMatch(/^.{20,}\.$/)
      expect(fieldConfig?.defaults.noValue).toMatch(/./)
      expect(units).toContain(fieldConfig?.defaults.unit)
      const own = (fieldConfig?.overrides ?? []).flatMap(({properties}) => properties.filter(({id}) => id === 'unit'))
      for (const {value} of own) expect(units).toContain(value)
      expect(new Set(targets.map(({refId}) => refId)).size).toBe(targets.length)
      expect(targets.length).toBeGreaterThan(0)
    },
  )

  it('says every colour of a mapping in words, too', () => {
    const mappings = dataPanels(dashboard).flatMap(({fieldConfig}) => [
      ...(fieldConfig?.defaults.mappings ?? []),
      ...(fieldConfig?.overrides ?? []).flatMap(({properties}) =>
        properties.flatMap(({id, value}) => (id === 'mappings' ? (value as readonly {type: string}[]) : [])),
      ),
    ])
    for (const mapping of mappings) {
      const {type, options} = mapping as {type: string; options: Record<string, {text?: string}>}
      expect(type).toBe('value')
      for (const option of Object.values(options)) expect(option.text).toMatch(/./)
    }
  })

  it('names in overrides and for sorting only columns that are there', () => {
    for (const panel of dataPanels(dashboard).filter(({type}) => type === 'table')) {
      const shown = shownColumns(panel)
      const named = [
        ...panel.fieldConfig!.overrides.map(({matcher}) => matcher.options),
        ...panel.options!.sortBy!.map(({displayName}) => displayName),
      ]
      for (const name of named)
        expect({title: panel.title, shown}).toMatchObject({shown: expect.arrayContaining([name])})
    }
  })
})

/** Infinity names its columns; those of Prometheus are renamed by the transformation. */
function shownColumns({targets = [], transformations = []}: Panel): string[] {
  const renamed = transformations.flatMap(({options}) => Object.values(options.renameByName ?? {}))
  return [...renamed, ...targets.flatMap(({columns = []}) => columns.map(({text}) => text))]
}

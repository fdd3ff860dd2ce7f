import {readFileSync, readdirSync} from 'node:fs'
import {fileURLToPath} from 'node:url'

export const dashboardFolder = fileURLToPath(new URL('../../examples/grafana', import.meta.url))

export const dashboardFiles = readdirSync(dashboardFolder)
  .filter(file => file.endsWith('.json'))
  .toSorted()

/** What these tests look at. https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/ */
export type Dashboard = {
  readonly id: number | null
  readonly uid: string
  readonly title: string
  readonly links: readonly {readonly title: string; readonly url: string}[]
  readonly annotations: {readonly list: readonly Annotation[]}
  readonly templating: {readonly list: readonly Variable[]}
  readonly panels: readonly Panel[]
}

type DataSource = {readonly type: string; readonly uid: string}

type Annotation = {
  readonly name: string
  readonly builtIn?: number
  readonly datasource: DataSource
  readonly expr?: string
  /** The value is the time of the event, in milliseconds. */
  readonly useValueForTime?: boolean
}

export type Variable = {
  readonly name: string
  readonly type: string
  readonly query: string
  readonly regex?: string
  readonly allValue?: string
  readonly datasource?: DataSource
  readonly current: {readonly value?: string | readonly string[]}
  readonly description?: string
}

export type Panel = {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly datasource?: DataSource
  readonly gridPos: {readonly x: number; readonly y: number; readonly w: number; readonly h: number}
  readonly fieldConfig?: {
    readonly defaults: {readonly unit?: string; readonly noValue?: string; readonly mappings?: readonly Mapping[]}
    readonly overrides: readonly Override[]
  }
  readonly options?: {readonly sortBy?: readonly {readonly displayName: string}[]}
  readonly transformations?: readonly {readonly id: string; readonly options: TransformationOptions}[]
  readonly targets?: readonly Target[]
}

type Mapping = {readonly type: string; readonly options: Readonly<Record<string, {readonly text?: string}>>}
type Override = {
  readonly matcher: {readonly id: string; readonly options: string}
  readonly properties: readonly {readonly id: string; readonly value: unknown}[]
}
type TransformationOptions = {
  readonly renameByName?: Readonly<Record<string, string>>
  readonly excludeByName?: Readonly<Record<string, boolean>>
}

export type Target = {
  readonly refId: string
  readonly datasource: DataSource
  /** Of Prometheus. */
  readonly expr?: string
  readonly instant?: boolean
  readonly format?: string
  readonly legendFormat?: string
  /** Of Infinity. */
  readonly type?: string
  readonly parser?: string
  readonly source?: string
  readonly url?: string
  readonly root_selector?: string
  readonly columns?: readonly Column[]
}

export type Column = {readonly selector: string; readonly text: string; readonly type: string}

export function readDashboard(file: string): Dashboard {
  return JSON.parse(readFileSync(`${dashboardFolder}/${file}`, 'utf8')) as Dashboard
}

/** Rows are headings: they hold no data. */
export function dataPanels({panels}: Dashboard): Panel[] {
  return panels.filter(({type}) => type !== 'row')
}

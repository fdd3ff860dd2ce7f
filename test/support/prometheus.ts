import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {stringify} from 'yaml'

import {requireExecutable} from './executables.ts'
import {startServer} from './server-process.ts'
import {tempDir} from './temp-dir.ts'
import {until} from './until.ts'

/** The real `prometheus`, or null. */
export const prometheusPath = requireExecutable('prometheus', 'apt-get install prometheus')

export type PrometheusServer = {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** What an expression is now; a scalar is one sample without labels. */
  query(expression: string): Promise<Sample[]>
  /** The alerts that are pending or firing now. */
  alerts(): Promise<PrometheusAlert[]>
  /** Resolves once every target was scraped after this call: what was pushed before it is there. */
  scraped(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export type Sample = {readonly labels: Record<string, string>; readonly value: number}

export type PrometheusAlert = {
  readonly labels: Record<string, string>
  readonly annotations: Record<string, string>
  readonly state: 'pending' | 'firing'
}

export type PrometheusOptions = {
  /** `127.0.0.1:PORT` of what is scraped at `/metrics`, with `honor_labels`. */
  readonly targets: readonly string[]
  /** Absolute paths of rule files; each rule is evaluated once a second. */
  readonly rules?: readonly string[]
}

/** Starts Debian's prometheus in a folder of its own; it scrapes and evaluates every second. */
export async function startPrometheus({targets, rules = []}: PrometheusOptions): Promise<PrometheusServer> {
  if (prometheusPath === null) throw new Error('prometheus is not there')
  const command = prometheusPath
  const dir = await tempDir()
  const config = {
    global: {scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s'},
    rule_files: rules,
    scrape_configs: [{job_name: 'pushgateway', honor_labels: true, static_configs: [{targets}]}],
  }
  const configFile = join(dir.path, 'prometheus.yaml')
  await writeFile(configFile, stringify(config))
  const server = await startServer(host => ({
    command,
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(dir.path, 'data')}`,
      `--web.listen-address=${host}`,
      '--log.level=error',
    ],
    readyPath: '/-/ready',
  }))
  const url = `http://${server.host}`
  const query = async (expression: string) => {
    const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({query: expression}).toString()}`)
    const body = (await answer.json()) as QueryAnswer
    if (body.status !== 'success') throw new Error(`querying ${expression}: ${body.error}`)
    return toSamples(body.data)
  }
  return {
    url,
    query,
    async alerts() {
      const answer = await fetch(`${url}/api/v1/alerts`)
      const {data} = (await answer.json()) as {data: {alerts: PrometheusAlert[]}}
      return data.alerts.map(({labels, annotations, state}) => ({labels, annotations, state}))
    },
    async scraped() {
      const since = Date.now() / 1000
      await until('every target was scraped', 20_000, async () => {
        const samples = await query('timestamp(up) and up == 1')
        return samples.length === targets.length && samples.every(({value}) => value > since)
      })
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}

type QueryAnswer = {status: 'success'; data: QueryData} | {status: 'error'; error: string}
type QueryData =
  | {resultType: 'scalar'; result: [number, string]}
  | {resultType: 'vector'; result: {metric: Record<string, string>; value: [number, string]}[]}

function toSamples(data: QueryData): Sample[] {
  if (data.resultType === 'scalar') return [{labels: {}, value: Number(data.result[1])}]
  return data.result.map(({metric, value}) => ({labels: metric, value: Number(value[1])}))
}

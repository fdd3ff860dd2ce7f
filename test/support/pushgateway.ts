import {startServer} from './server-process.ts'

export type Pushgateway = {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** All groups, in the order of the gateway. */
  metrics(): Promise<GatewayGroup[]>
  /** What Prometheus scrapes: all groups and the gateway's own metrics. */
  text(): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

/** One group. `families` by name; values are numbers, labels include the group's own (`instance` is always there). */
export type GatewayGroup = {
  readonly labels: Record<string, string>
  readonly lastPushSuccessful: boolean
  readonly families: Record<string, GatewaySample[]>
}

type GatewaySample = {readonly labels: Record<string, string>; readonly value: number}

/** Starts Debian's prometheus-pushgateway. By default that one keeps its groups in a file for the next start. */
export async function startPushgateway(command: string): Promise<Pushgateway> {
  const server = await startServer(host => ({
    command,
    args: [`--web.listen-address=${host}`, '--persistence.file=', '--log.level=error'],
    readyPath: '/-/ready',
  }))
  const url = `http://${server.host}`
  return {
    url,
    async metrics() {
      const answer = await fetch(`${url}/api/v1/metrics`)
      const {data} = (await answer.json()) as {data: ApiGroup[]}
      return data.map(toGroup)
    },
    async text() {
      const answer = await fetch(`${url}/metrics`)
      return answer.text()
    },
    [Symbol.asyncDispose]: server[Symbol.asyncDispose],
  }
}

/** As the API mixes it: `labels`, `last_push_successful`, and one key per family. */
type ApiGroup = {labels: Record<string, string>; last_push_successful: boolean} & Record<string, unknown>
type ApiFamily = {metrics: {labels?: Record<string, string>; value: string}[]}

function toGroup({labels, last_push_successful: lastPushSuccessful, ...families}: ApiGroup): GatewayGroup {
  return {
    labels,
    lastPushSuccessful,
    families: Object.fromEntries(
      Object.entries(families).map(([name, family]) => [name, toSamples(family as ApiFamily)]),
    ),
  }
}

function toSamples({metrics}: ApiFamily): GatewaySample[] {
  return metrics.map(({labels = {}, value}) => ({labels, value: Number(value)}))
}

import {join} from 'node:path'

import {requireExecutable} from './executables.ts'
import {startServer} from './server-process.ts'
import {tempDir} from './temp-dir.ts'

/** The real `prometheus-alertmanager`, or null. */
export const alertmanagerPath = requireExecutable('prometheus-alertmanager', 'apt-get install prometheus-alertmanager')

export type AlertmanagerServer = {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** The alerts that it has for open, by their labels; silences do not count. */
  alerts(): Promise<OpenAlert[]>
  [Symbol.asyncDispose](): Promise<void>
}

export type OpenAlert = {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
  readonly generatorURL: string
}

export type AlertmanagerOptions = {
  /** Gets every notification, at once and then each second there is news; default nobody. */
  readonly webhook?: string
}

/** Starts Debian's prometheus-alertmanager without gossip, in a folder of its own. */
export async function startAlertmanager({webhook}: AlertmanagerOptions = {}): Promise<AlertmanagerServer> {
  if (alertmanagerPath === null) throw new Error('prometheus-alertmanager is not there')
  const command = alertmanagerPath
  const dir = await tempDir()
  const config = {
    route: {receiver: 'team', group_by: ['cluster'], group_wait: '0s', group_interval: '1s', repeat_interval: '1h'},
    receivers: [{name: 'team', ...(webhook !== undefined && {webhook_configs: [{url: webhook, send_resolved: true}]})}],
  }
  // JSON is YAML
  await dir.write('alertmanager.yml', JSON.stringify(config))
  const server = await startServer(host => ({
    command,
    args: [
      `--config.file=${join(dir.path, 'alertmanager.yml')}`,
      `--storage.path=${join(dir.path, 'data')}`,
      `--web.listen-address=${host}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    readyPath: '/-/ready',
  }))
  const url = `http://${server.host}`
  return {
    url,
    async alerts() {
      const answer = await fetch(`${url}/api/v2/alerts`)
      const alerts = (await answer.json()) as OpenAlert[]
      const all = alerts.map(({labels, annotations, startsAt, endsAt, generatorURL}) => {
        return {labels, annotations, startsAt, endsAt, generatorURL}
      })
      return all.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}

function keyOf({labels}: OpenAlert): string {
  const {alertname, manifest, ...rest} = labels
  return JSON.stringify([alertname, manifest ?? '', rest])
}

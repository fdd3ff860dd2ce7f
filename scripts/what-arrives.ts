import {renderExposition} from '../src/metrics/exposition.ts'
import {toFamilies} from '../src/metrics/families.ts'
import {httpClient} from '../src/http.ts'
import type {LastKnown} from '../src/model/last-known.ts'
import {renderMessage} from '../src/notify/slack/message.ts'
import {renderSlackText} from '../src/notify/slack/text.ts'
import {renderMessage as renderWebhook} from '../src/notify/webhook/message.ts'
import {toPostableAlerts} from '../src/sink/alertmanager-alerts.ts'
import {gitopsStatusSink} from '../src/sink/gitops-status.ts'
import {buildNotification, buildReport, noticesOf} from '../test/support/report-builder.ts'

const cluster = 'prod-tokyo'
const firstSeenAt = '2026-11-21T07:00:00Z'
const lastCheckedAt = '2026-11-21T09:00:02Z'

const report = buildReport([
  {
    name: 'web',
    lastAppliedAt: '2026-11-19T22:01:00Z',
    gitCommit: '4f1c2d3e8f6a7b5c4d3e2f1a0b9c8d7e6f5a4b3c',
    firstSeenAt,
    rows: [
      {type: 'removed', resource: '/v1/ConfigMap/web/nginx-conf', firstSeenAt: lastCheckedAt},
      {type: 'modified', resource: 'apps/v1/Deployment/web/nginx', firstSeenAt},
    ],
  },
  {name: 'api'},
])

const notification = buildNotification(report, {
  reasons: ['new-entries'],
  runbookUrl: 'https://wiki.example.com/tazuna-drift',
  manifests: noticesOf(report, {'web/apps/v1/Deployment/web/nginx': {status: 'open'}}).map(notice => ({
    ...notice,
    reasons: ['new-entries'],
  })),
})

const known = {failing: null, lastCheckedAt, lastAppliedAt: '2026-11-19T22:01:00Z'}
const none = {added: 0, modified: 0, removed: 0}
const lastKnown: LastKnown = {
  agesKnown: true,
  isKept: true,
  manifests: [
    {
      name: 'web',
      counts: {added: 0, modified: 1, removed: 1},
      firstSeenAt,
      stateKeys: report.entries.map(({stateKey}) => stateKey),
      ...known,
    },
    {name: 'api', counts: none, firstSeenAt: null, stateKeys: [], ...known},
  ],
  gone: 0,
  muted: 0,
  lastSuccessAt: lastCheckedAt,
  failing: null,
  endedAlerts: new Map(),
}

/** What each receiver gets of one run, by the words of its mark. */
const arrivals: Readonly<Record<string, () => string>> = {
  slack: () => renderSlackText(renderMessage(notification)).trimEnd(),
  webhook: () => {
    const message = renderWebhook('desk', notification)
    return JSON.stringify({...message, data: {...message.data, report: 'the report of the run'}}, null, 2)
  },
  alertmanager: () =>
    toPostableAlerts(report, lastKnown, {
      id: '',
      failuresBeforeNotice: 2,
      cluster,
      watch: 'default',
      interval: 3_600_000,
      labels: {severity: 'warning'},
      runbookUrl: notification.links.runbookUrl,
      reportUrl: null,
    })
      .map(alert => JSON.stringify(alert, null, 2))
      .join('\n'),
  'gitops-status': () => {
    const address = {url: 'http://gitops-status', http: httpClient({env: {}}), redact: (text: string) => text}
    const sink = gitopsStatusSink({name: 'gitops-status', repo: 'acme/tazuna-config', server: cluster, ...address})
    return JSON.stringify(sink.render(report, lastKnown), null, 2)
  },
  pushgateway: () => {
    const {run, manifests} = toFamilies(report, lastKnown, {intervalSeconds: 3600, sets: ['tazuna_watch']})
    const lines = renderExposition([...run, ...(manifests ?? [])]).split('\n')
    return lines.filter(line => !line.startsWith('#') && line !== '').join('\n')
  },
}

/** The page about receivers with what arrives at each: the block behind each mark is made anew. */
export function withArrivals(page: string): string {
  return page.replaceAll(
    /(<!-- arrives: ([\w-]+), made by scripts\/what-arrives\.ts -->\n```\w*\n).*?^```$/gms,
    (_, mark: string, name: string) => {
      const render = arrivals[name]
      if (render === undefined)
        throw new Error(`docs/receivers.md: add what arrives at ${name} to scripts/what-arrives.ts`)
      return `${mark}${render()}\n\`\`\``
    },
  )
}

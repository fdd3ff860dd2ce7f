import type {Failing} from '../../../src/model/memory.ts'
import type {OpenEntry, ResolvedEntry} from '../../../src/model/notice.ts'
import type {Report} from '../../../src/model/report.ts'
import type {Notification} from '../../../src/notify/notifier.ts'
import {
  buildFailedReport,
  buildManifestNotice,
  buildNotification,
  buildReport,
  noticesOf,
  type ManifestSpec,
} from '../../support/report-builder.ts'

/** The run before this one, and what is known from it. */
const previousRunAt = '2026-11-21T08:00:02Z'
const run = {...buildReport([]).run, previousRunAt}
const fiveDaysAgo = '2026-11-16T08:30:00Z'
const twoHoursAgo = '2026-11-21T07:00:00Z'
const now = '2026-11-21T09:00:01Z'

const web: ManifestSpec = {
  name: 'web',
  firstSeenAt: fiveDaysAgo,
  rows: [
    {type: 'modified', resource: '/v1/ConfigMap/web/nginx-conf', firstSeenAt: fiveDaysAgo, changedAt: fiveDaysAgo},
    {type: 'added', resource: 'apps/v1/Deployment/web/cache', firstSeenAt: now, changedAt: now},
  ],
}
const ingress: ManifestSpec = {
  name: 'ingress-nginx',
  firstSeenAt: twoHoursAgo,
  rows: [
    {
      type: 'modified',
      resource: 'apps/v1/Deployment/ingress-nginx/controller',
      firstSeenAt: twoHoursAgo,
      changedAt: twoHoursAgo,
    },
  ],
}
const batch: ManifestSpec = {
  name: 'batch',
  firstSeenAt: now,
  rows: [{type: 'removed', resource: 'batch/v1/CronJob/batch/cleanup', firstSeenAt: now, changedAt: now}],
}
const webConf = 'web//v1/ConfigMap/web/nginx-conf'
const webCache = 'web/apps/v1/Deployment/web/cache'
const controller = 'ingress-nginx/apps/v1/Deployment/ingress-nginx/controller'

type Reasons = Notification['reasons']

const artifact = {
  ...buildReport([]).source!,
  previousDigest: `sha256:${'9f'.repeat(32)}`,
  url: 'https://git.example.com/acme/config',
  verifiedBy: ['ops.pub'],
}

/** What is due of a report with a memory; by Manifest the reasons, by State key what is known of an entry. */
function told(
  report: Report,
  reasons: Readonly<Record<string, Reasons>>,
  entries: Readonly<Record<string, Partial<OpenEntry>>>,
  notice: Parameters<typeof buildNotification>[1] = {},
): Notification {
  const manifests = noticesOf(report, entries).map(one => ({...one, reasons: reasons[one.name] ?? []}))
  return buildNotification(report, {reasons: [...new Set(Object.values(reasons).flat())], manifests, ...notice})
}

function resolved(stateKey: string, over: Partial<ResolvedEntry> = {}): ResolvedEntry {
  return {
    stateKey,
    diffType: 'modified',
    firstSeenAt: '2026-11-18T08:30:00Z',
    absentSince: now,
    wasTold: true,
    ...over,
  }
}

function failing(code: string, groups = 4): Failing {
  return {code, groups, group: '42', since: '2026-11-21T05:30:00Z'}
}

const allClean = buildReport([{name: 'web'}, {name: 'batch'}, {name: 'dns'}], {run})
const timedOut = buildFailedReport(
  {
    code: 'TAZUNA_TIMED_OUT',
    message: '`tazuna state diff -f tazuna.yaml` did not end within 8m',
    hint: 'raise tazuna.timeout, or look why the API server or a chart repository is slow',
  },
  {run},
)
const halfWay = {
  run,
  tazuna: {version: '0.4.4', exitCode: 1},
  error: {
    code: 'TAZUNA_FAILED',
    message: 'tazuna state diff: failed to build manifest "payments"',
    hint: 'run the same `tazuna state diff` by hand in the source folder',
  },
}
const openConf: OpenEntry = {
  stateKey: webConf,
  diffType: 'modified',
  hash: null,
  status: 'open',
  again: false,
  cause: null,
  firstSeenAt: fiveDaysAgo,
  changedAt: fiveDaysAgo,
}
const paymentsDrift = buildManifestNotice('payments', {
  checked: false,
  lastCheckedAt: '2026-11-21T05:00:02Z',
  open: ['api', 'worker'].map(name => ({...openConf, stateKey: `payments/apps/v1/Deployment/payments/${name}`})),
})
const manyApps = Array.from({length: 12}, (_, index) => ({
  name: `app-${index}`,
  resources: null,
  lastAppliedAt: null,
  gitCommit: null,
  rows: [{type: 'added' as const, resource: `apps/v1/Deployment/apps/app-${index}`, firstSeenAt: now}],
}))

/** What there is to tell with a memory, at least one for every reason. */
export const reasonSituations: Record<string, Notification> = {
  'drift that came with a new artifact': told(
    buildReport([web, ingress], {run, source: artifact}),
    {web: ['new-entries'], 'ingress-nginx': []},
    {
      [webConf]: {status: 'open'},
      [webCache]: {status: 'new', cause: 'new-artifact'},
      [controller]: {status: 'open', cause: 'same-artifact'},
    },
  ),
  'drift under the same artifact': told(
    buildReport([batch, web], {run, source: {...artifact, previousDigest: artifact.digest}}),
    {batch: ['first-drift'], web: ['new-entries']},
    {
      'batch/batch/v1/CronJob/batch/cleanup': {status: 'new', cause: 'same-artifact'},
      [webConf]: {status: 'open'},
      [webCache]: {status: 'new', cause: 'same-artifact'},
    },
  ),

  'a notifier that joined': told(
    buildReport([web, ingress, {name: 'dns'}], {run}),
    {web: ['baseline'], 'ingress-nginx': ['baseline']},
    {},
  ),
  'a memory that cannot be used': buildNotification(
    buildReport([{name: 'web', rows: web.rows!.map(row => ({...row, firstSeenAt: null}))}], {
      warnings: [{code: 'MEMORY_UNAVAILABLE', message: 'ConfigMap tazuna-watch/memory: forbidden'}],
    }),
  ),
  'first drift': told(
    buildReport([ingress, batch, {name: 'dns'}], {run}),
    {batch: ['first-drift']},
    {[controller]: {status: 'open'}},
  ),
  'more drift, and some that came back': told(
    buildReport([{...web, rows: [...web.rows!, ...batch.rows!]}, {name: 'dns'}], {run}),
    {web: ['new-entries']},
    {[webConf]: {status: 'open'}, [webCache]: {again: true}},
  ),
  'drift that changed': told(
    buildReport([web, ingress], {run}),
    {web: ['entries-changed']},
    {
      [webConf]: {status: 'changed', changedAt: twoHoursAgo},
      [webCache]: {status: 'open', firstSeenAt: twoHoursAgo},
      [controller]: {status: 'open'},
    },
  ),
  'a reminder, with mutes': told(
    buildReport(
      [
        {...web, rows: [...web.rows!.slice(0, 1), {...web.rows![1]!, mutedUntil: '2026-12-01T00:00:00Z'}]},
        ingress,
        {name: 'dns'},
      ],
      {run},
    ),
    {web: ['reminder'], 'ingress-nginx': ['reminder']},
    {[webConf]: {status: 'open'}, [controller]: {status: 'open'}},
    {
      muted: 1,
      manifests: [
        buildManifestNotice('web', {reasons: ['reminder'], open: [openConf]}),
        buildManifestNotice('ingress-nginx', {
          reasons: ['reminder'],
          open: [{...openConf, stateKey: controller, firstSeenAt: twoHoursAgo}],
        }),
      ],
    },
  ),
  'a Manifest that is gone': buildNotification(
    buildReport([{name: 'dns'}, {name: 'old-web', outcome: 'gone', lastCheckedAt: previousRunAt}], {run}),
    {
      reasons: ['manifest-gone'],
      manifests: [
        buildManifestNotice('old-web', {reasons: ['manifest-gone'], checked: false, goneSince: '2026-11-21T09:00:01Z'}),
      ],
    },
  ),
  'a Manifest that was renamed': told(
    buildReport(
      [
        {...batch, name: 'batch-jobs', rows: manyApps[0]!.rows},
        {name: 'batch', outcome: 'gone'},
      ],
      {run},
    ),
    {'batch-jobs': ['first-drift'], batch: ['manifest-gone']},
    {},
  ),
  'some drift that is resolved': told(
    buildReport([{...web, rows: web.rows!.slice(0, 1)}, ingress, {name: 'dns'}], {run}),
    {},
    {},
    {
      reasons: ['some-resolved'],
      manifests: [
        buildManifestNotice('web', {
          reasons: ['some-resolved'],
          open: [openConf],
          resolved: [resolved(webCache, {diffType: 'added'}), resolved('web//v1/Service/web/nginx')],
        }),
        buildManifestNotice('ingress-nginx', {open: [{...openConf, stateKey: controller, firstSeenAt: twoHoursAgo}]}),
      ],
    },
  ),
  'all drift resolved': buildNotification(allClean, {
    reasons: ['all-resolved'],
    manifests: [
      buildManifestNotice('web', {
        reasons: ['all-resolved'],
        resolved: [resolved(webConf), resolved(webCache, {diffType: 'added', firstSeenAt: twoHoursAgo})],
      }),
      buildManifestNotice('batch', {
        reasons: ['all-resolved'],
        resolved: [resolved('batch/batch/v1/CronJob/batch/cleanup', {diffType: 'removed'})],
      }),
    ],
  }),
  'all told drift resolved, other drift muted': buildNotification(buildReport([ingress, {name: 'web'}], {run}), {
    reasons: ['all-resolved'],
    muted: 1,
    manifests: [buildManifestNotice('web', {reasons: ['all-resolved'], resolved: [resolved(webConf)]})],
  }),
  'drift that came and went': buildNotification(allClean, {
    reasons: ['all-resolved'],
    manifests: [
      buildManifestNotice('web', {
        reasons: ['all-resolved'],
        resolved: [resolved(webConf, {firstSeenAt: twoHoursAgo, absentSince: previousRunAt, wasTold: false})],
      }),
    ],
  }),
  'a failing Manifest with drift from before': buildNotification(
    buildReport(
      [
        {name: 'web', rows: ingress.rows!},
        {
          name: 'payments',
          outcome: 'error',
          error: 'failed to build manifest "payments": accumulating resources: no such file',
          lastCheckedAt: '2026-11-21T05:00:02Z',
        },
        ...['search', 'observability'].map(name => ({
          name,
          outcome: 'not-checked' as const,
          lastCheckedAt: '2026-11-21T05:00:02Z',
        })),
        {name: 'new-team', outcome: 'not-checked', lastCheckedAt: null},
      ],
      halfWay,
    ),
    {
      reasons: ['check-failed'],
      manifests: [
        buildManifestNotice('web', {open: [{...openConf, stateKey: `web/${ingress.rows![0]!.resource}`}]}),
        {...paymentsDrift, reasons: ['check-failed'], failing: failing('error')},
        ...['search', 'observability'].map(name =>
          buildManifestNotice(name, {checked: false, reasons: ['check-failed'], failing: failing('not-checked')}),
        ),
      ],
    },
  ),
  'a run that fails again, with drift from before': buildNotification(timedOut, {
    reasons: ['check-failed'],
    failing: failing('TAZUNA_TIMED_OUT'),
    manifests: [paymentsDrift],
  }),
  'a check that works again': told(
    buildReport([ingress, {name: 'web'}], {run}),
    {},
    {[controller]: {status: 'open'}},
    {reasons: ['check-recovered']},
  ),
  'a check that works again, and finds nothing': buildNotification(allClean, {reasons: ['check-recovered']}),
  'a Manifest too large to remember': buildNotification(buildReport([ingress, {name: 'dns'}], {run}), {
    reasons: ['new-entries'],
    manifests: [
      buildManifestNotice('ingress-nginx', {
        reasons: ['new-entries'],
        folded: {fingerprint: 'f', counts: {added: 0, modified: 12_000, removed: 3}, firstSeenAt: fiveDaysAgo},
      }),
    ],
  }),
  'a mass drift: State is missing': buildNotification(buildReport(manyApps, {run}), {
    reasons: ['mass-drift'],
    manifests: [],
    massDrift: {kind: 'state-missing', since: now, affected: 12, total: 12},
  }),
  'a mass drift: all would be added': buildNotification(buildReport(manyApps, {run}), {
    reasons: ['reminder'],
    manifests: [],
    massDrift: {kind: 'all-added', since: '2026-11-21T05:30:00Z', affected: 11, total: 12},
  }),
  'a mass drift: all are gone': buildNotification(
    buildReport([{name: 'dns'}, ...manyApps.map(({name}) => ({name, outcome: 'gone' as const}))], {run}),
    {reasons: ['mass-drift'], manifests: [], massDrift: {kind: 'all-gone', since: now, affected: 12, total: 13}},
  ),
  'one new entry among much that is known': manyKnown(),
}

/** One Manifest of many has something new: it must not drown. */
function manyKnown(): Notification {
  const report = buildReport(
    Array.from({length: 40}, (_, m) => ({
      name: `team-${m}`,
      rows: Array.from({length: 12}, (_row, r) => ({
        type: 'modified' as const,
        resource: `apps/v1/Deployment/team-${m}/service-${r}`,
        firstSeenAt: fiveDaysAgo,
      })),
    })),
    {run},
  )
  const key = 'team-31/apps/v1/Deployment/team-31/service-7'
  const manifests = noticesOf(report).map(one => ({
    ...one,
    reasons: one.name === 'team-31' ? (['new-entries'] as const) : [],
    open: one.open.map(entry =>
      entry.stateKey === key ? {...entry, firstSeenAt: now} : {...entry, status: 'open' as const},
    ),
  }))
  return buildNotification(report, {reasons: ['new-entries'], manifests})
}

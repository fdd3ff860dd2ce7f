import type {Notification} from '../../../src/notify/notifier.ts'
import {
  buildFailedReport,
  buildLargeReport,
  buildNotification,
  buildReport,
  type ManifestSpec,
} from '../../support/report-builder.ts'

/** Names that try to mention people, make links, leave their code span, or garble the line. */
export const hostileNames: readonly string[] = [
  '<!channel>',
  '<!here> <@U024BE7LH> <#C024BE7LR> <!subteam^SAZ94GDB8>',
  '<https://evil.example|Click to fix>',
  'https://evil.example/login',
  '`*bold*` _it_ ~no~ ```code```',
  '&lt;!everyone&gt; & &amp;',
  'two\nlines\r\n> quoted\tand\u0000controls\u001B[31mred',
  'right\u202Eto\u2066left\u200Bhidden',
  'half \uD83D of a pair \uDE00',
  ':aws:fire:',
  '',
  ' ',
  '名'.repeat(300),
  '👩‍👩‍👧‍👦'.repeat(60),
  '<&>'.repeat(200),
]

const five: readonly ManifestSpec[] = [
  {name: 'ingress-nginx', rows: [{type: 'modified', resource: 'apps/v1/Deployment/ingress-nginx/controller'}]},
  {
    name: 'web',
    rows: [
      {type: 'added', resource: 'apps/v1/Deployment/web/nginx', firstSeenAt: '2026-11-21T09:00:00Z'},
      {type: 'modified', resource: '/v1/ConfigMap/web/nginx-conf', firstSeenAt: '2026-11-21T04:00:00Z'},
      {type: 'modified', resource: '/v1/Secret/web/tls', firstSeenAt: '2026-11-20T09:00:00Z'},
      {
        type: 'removed',
        resource: 'rbac.authorization.k8s.io/v1/ClusterRole/web-reader',
        firstSeenAt: '2026-11-16T09:00:00Z',
      },
      {type: 'always-sync', resource: '/v1/Secret/web/app-secret'},
    ],
  },
  {name: 'aws-credentials', rows: [{type: 'always-sync', resource: '/v1/Secret/default/aws-credentials'}]},
  {
    name: 'payments',
    resources: null,
    lastAppliedAt: null,
    gitCommit: null,
    rows: [
      {type: 'added', resource: 'apps/v1/Deployment/payments/api'},
      {type: 'added', resource: '/v1/Service/payments/api'},
    ],
  },
  {name: 'batch', gitCommit: null, rows: [{type: 'removed', resource: 'broken-key'}]},
]

/** What a message has to tell well, by name. */
export const situations: Record<string, Notification> = {
  'one small drift': buildNotification(buildReport([five[0]!, {name: 'web'}, {name: 'batch'}])),
  'five Manifests': buildNotification(buildReport(five), {
    runbookUrl: 'https://wiki.example/runbooks/drift?team=a&view=full',
    reportUrl: 'https://ci.example/runs/42',
  }),
  'only added': buildNotification(buildReport([five[3]!, {name: 'web'}])),
  'a failed run': buildNotification(
    buildFailedReport({
      code: 'TAZUNA_TIMED_OUT',
      message: '`tazuna state diff -f tazuna.yaml` did not end within 8m',
      hint: 'raise tazuna.timeout, or look why the API server or a chart repository is slow',
    }),
    {runbookUrl: 'https://wiki.example/runbooks/drift'},
  ),
  'a failed run of an unknown cluster': buildNotification(
    buildFailedReport(
      {
        code: 'CONFIG_INVALID',
        message: 'tazuna-watch.yaml:3:1 unknown key "sorce", did you mean "source"?',
        hint: 'fix the config; `tazuna-watch config check` lists every problem with its line',
      },
      {cluster: null},
    ),
  ),
  'an incomplete run': buildNotification(
    buildReport(
      [
        five[1]!,
        {name: 'dns'},
        {
          name: 'payments',
          outcome: 'error',
          error: 'failed to build manifest "payments": accumulating resources: <no such file>\n  at build',
        },
        ...['batch', 'observability', 'search'].map(name => ({name, outcome: 'not-checked' as const})),
      ],
      {
        tazuna: {version: '0.4.4', exitCode: 1},
        error: {
          code: 'TAZUNA_FAILED',
          message: 'tazuna state diff: failed to build manifest "payments"',
          hint: 'run the same `tazuna state diff` by hand in the source folder',
        },
        warnings: [{code: 'UNNAMED_MANIFEST', message: 'the Manifest at index 7 (kustomize) has no name'}],
      },
    ),
  ),
  'an incomplete run that found nothing': buildNotification(
    buildReport([{name: 'web', outcome: 'not-checked', error: 'tazuna skips this Manifest'}, {name: 'dns'}], {
      watch: 'edge',
      error: {code: 'MANIFEST_SKIPPED', message: 'tazuna skipped 1 Manifest', hint: 'give it a name'},
    }),
  ),
  'sixty Manifests': buildNotification(buildLargeReport(60, 4)),
  'ten thousand rows': buildNotification(buildLargeReport(1000, 10)),
  'hostile names': buildNotification(
    buildReport(
      hostileNames.map(name => ({
        name,
        gitCommit: name,
        rows: [
          {type: 'removed', resource: `/v1/ConfigMap/${name.replaceAll('/', ':')}/x`},
          {type: 'modified', resource: name.replaceAll('/', ':'), firstSeenAt: '2026-11-01T09:00:00Z'},
        ],
      })),
      {cluster: 'arn:aws:eks:ap-northeast-1:123456789012:cluster/<!channel>', watch: '<@U024BE7LH>'},
    ),
    {runbookUrl: 'https://wiki.example/<!channel>|here', reportUrl: 'javascript:alert(1)'},
  ),
  'Chinese, Japanese and emoji': buildNotification(
    buildReport([
      {
        name: '決済サービス',
        rows: [
          {type: 'modified', resource: 'apps/v1/Deployment/決済/注文処理-worker'},
          {type: 'added', resource: `/v1/ConfigMap/決済/${'設定'.repeat(200)}`},
          {type: 'removed', resource: '/v1/ConfigMap/party-🎉/👩‍👩‍👧‍👦'},
        ],
      },
    ]),
  ),
}

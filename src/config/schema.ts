import {z} from 'zod'

import {gaugeSets} from '../metrics/gauges.ts'
import {driftTypes} from '../model/diff-entry.ts'
import {notifierSchema} from '../notify/registry.ts'
import {oneOrMany} from '../pattern.ts'
import {secretRef} from '../secret-ref.ts'
import {duration} from '../duration.ts'

/**
 * The config file. Each key is here because it works. Descriptions become the reference in the README and the JSON
 * Schema for editors; rules that concern several keys are in rules.ts.
 */

/** Timers take no more than 2³¹ ms. */
const longestTimer = 24 * 86_400_000
const timer = duration.refine(milliseconds => milliseconds <= longestTimer, {error: 'write at most 24d'})

const httpUrl = z
  .string()
  .refine(isHttpUrl, {error: 'write a URL that begins with http:// or https://'})
  .meta({title: 'URL', pattern: '^[Hh][Tt][Tt][Pp][Ss]?://'})

const day = z
  .string({error: 'write a date such as 2027-01-31'})
  .refine(isDay, {error: 'write a date such as 2027-01-31'})
  .meta({title: 'date', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'})

const name = z.string().min(1).max(253).refine(isPrintable, {error: 'use printable characters only'})

/** A user with a password, as registries and gateways want it. */
const login = z.strictObject({
  username: z.string().min(1).describe('name of the user'),
  password: secretRef.describe('password or token of that user'),
})

const verify = z.strictObject({
  keys: z
    .array(secretRef)
    .min(1)
    .describe(
      'public keys as PEM, one or more in each: EC P-256 as of cosign, or RSA of at least 2048 bits; one is enough',
    ),
  require: z
    .boolean()
    .default(true)
    .describe('refuse an artifact without a signature; one that is not valid is always refused'),
  grace: duration
    .prefault('10m')
    .describe(
      'for so long after an artifact was made, a missing signature counts as one that is yet to come: exit code 75',
    ),
})

/** Of both kinds only one: rules.ts. */
const credentials = z
  .strictObject({
    username: login.shape.username.optional(),
    password: login.shape.password.optional(),
    dockerConfig: z
      .array(secretRef)
      .min(1)
      .describe('instead of these: image pull secrets (`.dockerconfigjson`, `.dockercfg`) or `config.json` files')
      .optional(),
  })
  .meta({
    anyOf: [{required: ['username', 'password'], not: {required: ['dockerConfig']}}, {required: ['dockerConfig']}],
  })

const mediaType = z
  .string()
  .regex(/^[^\s/]+\/[^\s/]+$/, {error: 'write a media type such as application/vnd.acme.config+json'})

const source = z
  .strictObject({
    oci: z.string().describe('reference of an OCI artifact: `oci://HOST[:PORT]/REPO[:TAG][@DIGEST]`').optional(),
    path: z.string().min(1).describe('a folder, instead of `oci`').optional(),
    subpath: z.string().min(1).default('.').describe('folder inside the artifact or folder where tazuna runs'),
    file: z.string().min(1).default('tazuna.yaml').describe('the tazuna.yaml, relative to that folder'),
    plainHttp: z.boolean().default(false).describe('talk to the registry without TLS; loopback needs no such word'),
    timeout: timer.prefault('5m').describe('for pulling it'),
    artifactType: mediaType.describe('takes the one image manifest of this type, where `oci` is an index').optional(),
    layer: mediaType.describe('media type of the one layer that holds the files, where there are others').optional(),
    cache: z
      .string()
      .min(1)
      .describe(
        'folder for the last three artifacts: an unchanged one is not fetched again; it is checked like a new one',
      )
      .optional(),
    credentials: credentials.describe('login at the registry; without it, the ones of docker and podman').optional(),
    verify: verify.describe('who must have signed the artifact; without it, it is unverified').optional(),
  })
  .meta({not: {required: ['oci', 'path']}})

const tazuna = z.strictObject({
  command: z.string().min(1).default('tazuna').describe('program on PATH, or its path'),
  environment: z.string().min(1).describe('the environment of tazuna.yaml, tazuna’s `-e`').optional(),
  kubeContext: z
    .string()
    .min(1)
    .describe('context of the kubeconfig; without `KUBECONFIG`, of `~/.kube/config`')
    .optional(),
  timeout: timer.prefault('8m').describe('for each call of tazuna'),
  passEnv: z
    .array(z.string().min(1))
    .default([])
    .describe('variables that hold secrets of ours and that tazuna gets all the same'),
})

const ignoreRule = z
  .strictObject({
    manifest: oneOrMany(z.string().min(1)).optional().describe('pattern of Manifest names'),
    resource: oneOrMany(z.string().min(1)).optional().describe('pattern of `group/version/kind[/namespace]/name`'),
    diffType: oneOrMany(z.enum(driftTypes))
      .optional()
      .describe('default added and modified; `removed` only when named'),
    reason: z.string().min(1).describe('shown in the report'),
    until: day.optional().describe('the last day on which the rule holds, UTC'),
  })
  .meta({anyOf: [{required: ['manifest']}, {required: ['resource']}]})

const pushgateway = z.strictObject({
  url: httpUrl.describe('without `/metrics`'),
  job: z.string().min(1).default('tazuna-watch').describe('label `job` of its group'),
  basicAuth: login.describe('login at the Pushgateway').optional(),
})

const metrics = z.strictObject({
  families: z
    .array(z.enum(gaugeSets))
    .min(1)
    .default(['tazuna_watch'])
    .describe('sets of gauges; `drift_stack` is for rules made for other drift tools'),
  pushgateway: pushgateway.describe('gets the gauges of every run').optional(),
  when: z
    .enum(['always', 'changes'], {error: 'write always or changes'})
    .default('always')
    .describe('`changes`: only runs that are not clean, and the first clean one after; the alert rules need `always`'),
  textfile: z
    .string()
    .min(1)
    .describe('file for the textfile collector of node_exporter, which reads only names that end in `.prom`')
    .optional(),
})

/** https://prometheus.io/docs/concepts/data_model/#metric-names-and-labels */
const labelName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {error: 'write a label name such as severity'})

const alertmanager = z.strictObject({
  urls: z.array(httpUrl).min(1).describe('every one of a cluster, each without `/api/v2/alerts`'),
  basicAuth: login.describe('login at each of them').optional(),
  labels: z
    .record(labelName, z.string().min(1))
    .default({})
    .describe('more labels of every alert, such as `severity`; they belong to its identity'),
  failuresBeforeNotice: z
    .int({error: 'write a number from 1 to 100'})
    .min(1)
    .max(100)
    .default(2)
    .describe('runs in a row that must fail before `TazunaWatchCheckFailed`'),
})

const status = z.strictObject({
  type: z.literal('gitops-status', {error: 'write gitops-status'}).describe('a status server of GitOps repositories'),
  url: httpUrl.describe('without `/api/status`'),
  repo: z.string().min(1).describe('default the name of the watch').optional(),
  server: z.string().min(1).describe('default the name of the cluster').optional(),
})

const heartbeat = z.strictObject({
  url: secretRef.describe('called after each run, with `/fail` behind its path when the check did not complete'),
})

const memoryWords =
  'write auto, configmap, file or none (in TAZUNA_WATCH_MEMORY: none, file:PATH or configmap:NAMESPACE/NAME)'

const memory = z.strictObject({
  store: z
    .enum(['auto', 'configmap', 'file', 'none'], {error: memoryWords})
    .default('auto')
    .describe('`auto`: the ConfigMap if one is named, else a file; `none`: every run knows no other'),
  configMap: z
    .strictObject({
      namespace: z.string().min(1).describe('default the one of the service account or context').optional(),
      name: z.string().min(1).describe('name of a ConfigMap that is there already; one for each watch'),
    })
    .describe('for watches in a cluster')
    .optional(),
  file: z.string().min(1).describe('default below `$XDG_STATE_HOME/tazuna-watch`').optional(),
})

export const configSchema = z
  .strictObject({
    apiVersion: z.literal('tazuna-watch/v1', {error: 'write tazuna-watch/v1'}).describe('version of this file'),
    cluster: name
      .describe('stands in every message and metric; needed here, or from `--cluster` or `TAZUNA_WATCH_CLUSTER`')
      .optional(),
    watch: name.default('default').describe('when one cluster has several watches'),
    interval: duration.describe('how often this is scheduled: for alerts; needed with `alertmanager`').optional(),
    deadline: timer.prefault('12m').describe('of the whole run; its last 90 s are for delivering'),
    source: source.describe('what is watched; needed here, or from `--source` or `TAZUNA_WATCH_SOURCE`').optional(),
    tazuna: tazuna.prefault({}).describe('how tazuna is called'),
    ignore: z.array(ignoreRule).prefault([]).describe('rules for rows that are no drift'),
    notifiers: z.array(notifierSchema).prefault([]).describe('who is told when there is a reason'),
    metrics: metrics.prefault({}).describe('gauges of every run'),
    alertmanager: alertmanager.describe('gets all open drift in every run; needs `interval`').optional(),
    status: z.array(status).prefault([]).describe('servers that show how watches stand'),
    heartbeat: heartbeat.describe('tells a monitor such as healthchecks.io that the watch is alive').optional(),
    minSightings: z
      .int({error: 'write a number from 1 to 100'})
      .min(1)
      .max(100)
      .default(1)
      .describe('runs in a row that must see a new entry before it is told; `removed` never waits'),
    graceAfterNewArtifact: duration
      .describe(
        'for so long after it was first seen, drift that came with a new artifact is not told: it may just not be applied yet; `removed` never waits',
      )
      .optional(),
    memory: memory.prefault({}).describe('what is kept between runs'),
    runbookUrl: httpUrl.describe('shown in messages').optional(),
    reportUrl: httpUrl.describe('shown in messages').optional(),
    http: z
      .strictObject({caFile: z.string().min(1).describe('PEM file, added to the system’s authorities').optional()})
      .prefault({})
      .describe('for everything that is called'),
  })
  .meta({title: 'tazuna-watch config', description: 'Config file of tazuna-watch, tazuna-watch.yaml.'})

export type ConfigOutput = z.output<typeof configSchema>

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.host !== ''
}

function isDay(text: string): boolean {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : null
  return date !== null && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

function isPrintable(text: string): boolean {
  return !/\p{C}/u.test(text)
}

import {z} from 'zod'

import {gaugeSets} from '../metrics/gauges.ts'
import {driftTypes} from '../model/diff-entry.ts'
import {notifierSchema} from '../notify/registry.ts'
import {oneOrMany} from '../pattern.ts'
import {secretRef} from '../secret-ref.ts'
import {parseDuration} from './duration.ts'

/**
 * The config file. Each key is here because it works. Descriptions become the reference in the README and the JSON
 * Schema for editors; rules that concern several keys are in rules.ts.
 */

const duration = z
  .string({error: 'write a duration such as 90s, 1h30m, 7d or 2w'})
  .refine(text => parseDuration(text) !== null, {error: 'write a duration such as 90s, 1h30m, 7d or 2w'})
  .meta({pattern: '^([0-9]+[smhdw])+$'})
  .transform(text => parseDuration(text)!)

const httpUrl = z.string().refine(isHttpUrl, {error: 'write a URL that begins with http:// or https://'})

const day = z
  .string({error: 'write a date such as 2027-01-31'})
  .refine(isDay, {error: 'write a date such as 2027-01-31'})
  .meta({pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'})

const name = z.string().min(1).max(253).refine(isPrintable, {error: 'use printable characters only'})

const source = z.strictObject({
  oci: z.string().describe('reference of an OCI artifact: `oci://HOST[:PORT]/REPO[:TAG][@DIGEST]`').optional(),
  path: z.string().min(1).describe('a folder').optional(),
  subpath: z.string().min(1).default('.').describe('folder inside the artifact or folder where tazuna runs'),
  file: z.string().min(1).default('tazuna.yaml').describe('the tazuna.yaml, relative to that folder'),
  plainHttp: z.boolean().default(false).describe('talk to the registry without TLS; loopback needs no such word'),
  credentials: z
    .strictObject({username: z.string().min(1), password: secretRef})
    .describe('login at the registry; without it, the ones of docker and podman')
    .optional(),
})

const tazuna = z.strictObject({
  command: z.string().min(1).default('tazuna').describe('program on PATH, or its path'),
  environment: z.string().min(1).describe('`-e`').optional(),
  kubeContext: z
    .string()
    .min(1)
    .describe('context of the kubeconfig; without `KUBECONFIG`, of `~/.kube/config`')
    .optional(),
  timeout: duration.prefault('8m').describe('for each call of tazuna'),
  passEnv: z
    .array(z.string().min(1))
    .default([])
    .describe('variables that hold secrets of ours and that tazuna gets all the same'),
})

const ignoreRule = z.strictObject({
  manifest: oneOrMany(z.string().min(1)).optional().describe('pattern of Manifest names'),
  resource: oneOrMany(z.string().min(1)).optional().describe('pattern of `group/version/kind[/namespace]/name`'),
  diffType: oneOrMany(z.enum(driftTypes)).optional().describe('default added and modified; `removed` only when named'),
  reason: z.string().min(1).describe('shown in the report'),
  until: day.optional().describe('the last day on which the rule holds, UTC'),
})

const pushgateway = z.strictObject({
  url: httpUrl.describe('without `/metrics`'),
  job: z.string().min(1).default('tazuna-watch'),
  basicAuth: z.strictObject({username: z.string().min(1), password: secretRef}).optional(),
})

const metrics = z.strictObject({
  families: z
    .array(z.enum(gaugeSets))
    .min(1)
    .default(['tazuna_watch'])
    .describe('sets of gauges; `drift_stack` is for rules made for other drift tools'),
  pushgateway: pushgateway.optional(),
  textfile: z
    .string()
    .min(1)
    .describe('file for the textfile collector of node_exporter, which reads only names that end in `.prom`')
    .optional(),
})

const heartbeat = z.strictObject({
  url: secretRef.describe('called after each run, with `/fail` behind its path when the check did not complete'),
})

export const configSchema = z
  .strictObject({
    apiVersion: z.literal('tazuna-watch/v1', {error: 'write tazuna-watch/v1'}),
    cluster: name.describe('stands in every message and metric').optional(),
    watch: name.default('default').describe('when one cluster has several watches'),
    interval: duration.describe('how often this is scheduled: for alerts').optional(),
    deadline: duration.prefault('12m').describe('of the whole run; its last 90 s are for delivering'),
    source: source.optional(),
    tazuna: tazuna.prefault({}),
    ignore: z.array(ignoreRule).default([]),
    notifiers: z.array(notifierSchema).default([]),
    metrics: metrics.prefault({}),
    heartbeat: heartbeat.describe('tells a monitor such as healthchecks.io that the watch is alive').optional(),
    memory: z
      .strictObject({store: z.literal('none', {error: 'the only store is none'}).default('none')})
      .prefault({})
      .describe('what is kept between runs'),
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

import {parseDuration} from '../duration.ts'

/** A problem of the config at a place in it; the path is of keys and indices. */
export type Problem = {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly isUnknownKey?: boolean
}

/** The deadline's last part is for delivering and saving, in milliseconds. */
export const deliveryReserve = 90_000

/** Takes the config as written, which may be anything. */
export type Rule = (config: unknown) => Problem[]

/** What some commands need of a config and others do without. */
export type Need = 'cluster' | 'source'

/** Like the rules, for what a command needs. */
export const needs: Readonly<Record<Need, Rule>> = {cluster: clusterIsNamed, source: sourceIsNamed}

/**
 * Rules that concern several keys. They run on the config as written, beside the schema, so that all problems are
 * reported at once: so each takes anything and says nothing about what the schema reports already.
 */
export const rules: readonly Rule[] = [
  atMostOneSource,
  folderIsNotSigned,
  credentialsAreOfOneKind,
  ignoreRulesAreSpecific,
  notifierNamesAreUnique,
  deadlineLeavesTime,
  configMapIsNamed,
  gatewayIsNamedAlone,
  alertmanagersAreNamedAlone,
  alertmanagersAreDifferent,
  statusIsNamedAlone,
  alertsHaveAnInterval,
  alertLabelsAreFree,
]

function clusterIsNamed(config: unknown): Problem[] {
  if (get(config, 'cluster') !== undefined) return []
  return [{path: ['cluster'], message: 'missing; set cluster, --cluster or TAZUNA_WATCH_CLUSTER'}]
}

function sourceIsNamed(config: unknown): Problem[] {
  if (get(config, 'source', 'oci') !== undefined || get(config, 'source', 'path') !== undefined) return []
  return [{path: ['source'], message: 'missing; set source.oci or source.path, --source or TAZUNA_WATCH_SOURCE'}]
}

function atMostOneSource(config: unknown): Problem[] {
  if (get(config, 'source', 'oci') === undefined || get(config, 'source', 'path') === undefined) return []
  return [{path: ['source', 'path'], message: 'stands beside source.oci; keep exactly one'}]
}

function folderIsNotSigned(config: unknown): Problem[] {
  if (get(config, 'source', 'path') === undefined || get(config, 'source', 'verify') === undefined) return []
  return [
    {
      path: ['source', 'verify'],
      message: 'a folder has no signature; leave it out, or name an artifact with source.oci',
    },
  ]
}

/** What is no mapping is reported by the schema. */
function credentialsAreOfOneKind(config: unknown): Problem[] {
  const path = ['source', 'credentials']
  const credentials = get(config, ...path)
  if (typeof credentials !== 'object' || Array.isArray(credentials)) return []
  const names = ['username', 'password']
  if (get(credentials, 'dockerConfig') !== undefined) {
    const beside = names.filter(name => get(credentials, name) !== undefined)
    return beside.map(name => ({path: [...path, name], message: 'stands beside dockerConfig; keep one of both'}))
  }
  const missing = names.filter(name => get(credentials, name) === undefined)
  return missing.map(name => ({
    path: [...path, name],
    message: name === 'password' ? 'missing; write {env: NAME} or {file: PATH}' : 'missing',
  }))
}

/** A rule for everything would hide all drift. */
function ignoreRulesAreSpecific(config: unknown): Problem[] {
  return list(get(config, 'ignore')).flatMap((rule, index) => {
    const patterns = [get(rule, 'manifest'), get(rule, 'resource')]
    if (patterns.some(pattern => list(pattern).length > 0 && list(pattern).every(isSpecific))) return []
    const message = 'matches everything; give it a manifest or resource that is not made of *, ? and / alone'
    return [{path: ['ignore', index], message}]
  })
}

function isSpecific(pattern: unknown): boolean {
  return typeof pattern === 'string' && /[^*?/]/.test(pattern)
}

function notifierNamesAreUnique(config: unknown): Problem[] {
  const names = list(get(config, 'notifiers')).map(notifier => get(notifier, 'name') ?? get(notifier, 'type'))
  return names.flatMap((name, index) => {
    if (name === undefined || names.indexOf(name) === index) return []
    return [{path: ['notifiers', index], message: `called ${JSON.stringify(name)} like another one; give it a name`}]
  })
}

function deadlineLeavesTime(config: unknown): Problem[] {
  const deadline = duration(get(config, 'deadline'))
  if (deadline === null || deadline > deliveryReserve) return []
  return [{path: ['deadline'], message: 'too short; its last 90 s are for delivering, so make it longer than 90s'}]
}

function configMapIsNamed(config: unknown): Problem[] {
  if (get(config, 'memory', 'store') !== 'configmap' || get(config, 'memory', 'configMap') !== undefined) return []
  return [{path: ['memory', 'store'], message: 'needs memory.configMap with the name of a ConfigMap'}]
}

/** The page of a Pushgateway is at `/metrics`, and its groups are below that. */
function gatewayIsNamedAlone(config: unknown): Problem[] {
  const url = get(config, 'metrics', 'pushgateway', 'url')
  const path = typeof url === 'string' ? URL.parse(url)?.pathname : undefined
  if (path === undefined || !/\/metrics\/*$/.test(path)) return []
  const message = 'ends in /metrics; write it without: what a group needs is put behind it'
  return [{path: ['metrics', 'pushgateway', 'url'], message}]
}

/** As Prometheus' own config has them. */
function alertmanagersAreNamedAlone(config: unknown): Problem[] {
  return list(get(config, 'alertmanager', 'urls')).flatMap((url, index) => {
    const path = typeof url === 'string' ? URL.parse(url)?.pathname : undefined
    if (path === undefined || !/\/api\/v\d+(\/alerts)?\/*$/.test(path)) return []
    const message = 'ends in the path of its API; write it without: /api/v2/alerts is put behind it'
    return [{path: ['alertmanager', 'urls', index], message}]
  })
}

/** One that is named twice would be told twice. */
function alertmanagersAreDifferent(config: unknown): Problem[] {
  const urls = list(get(config, 'alertmanager', 'urls')).map(url => addressOf(String(url)))
  return urls.flatMap((url, index) => {
    if (urls.indexOf(url) === index) return []
    return [{path: ['alertmanager', 'urls', index], message: 'stands there twice; keep one'}]
  })
}

/** Who is called, whatever its name and login look like. */
function addressOf(text: string): string {
  const url = URL.parse(text)
  return url === null ? text : `${url.origin}${url.pathname.replace(/\/+$/, '')}${url.search}`
}

function statusIsNamedAlone(config: unknown): Problem[] {
  return list(get(config, 'status')).flatMap((status, index) => {
    const url = get(status, 'url')
    const path = typeof url === 'string' ? URL.parse(url)?.pathname : undefined
    if (path === undefined || !/\/api\/status\/*$/.test(path)) return []
    return [{path: ['status', index, 'url'], message: 'ends in /api/status; write it without: that is put behind it'}]
  })
}

/** An alert ends by itself some time after the runs stop: after how long depends on how often they come. */
function alertsHaveAnInterval(config: unknown): Problem[] {
  if (get(config, 'alertmanager') === undefined || get(config, 'interval') !== undefined) return []
  return [{path: ['alertmanager'], message: 'needs interval, which says how often this runs'}]
}

const ownLabels = ['alertname', 'cluster', 'watch', 'manifest']

function alertLabelsAreFree(config: unknown): Problem[] {
  const labels = get(config, 'alertmanager', 'labels')
  return ownLabels.flatMap(name => {
    if (get(labels, name) === undefined) return []
    return [{path: ['alertmanager', 'labels', name], message: 'every alert has this label already; take another name'}]
  })
}

function duration(value: unknown): number | null {
  return typeof value === 'string' ? parseDuration(value) : null
}

function get(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? ((at as Record<string, unknown>)[key] ?? undefined) : undefined,
    value,
  )
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value]
}

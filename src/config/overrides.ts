import {parseMemoryVariable} from '../memory/memory-variable.ts'

/** Values for the config that do not come from its file. */
export type Flags = {
  readonly source?: string | undefined
  readonly cluster?: string | undefined
  readonly watch?: string | undefined
  readonly memory?: string | undefined
}

/** Variables that stand in for keys of the config and hold secrets, or may. */
export const secretVariables = ['SLACK_WEBHOOK_URL', 'PUSHGATEWAY_URL'] as const

type Raw = Record<string, unknown>

/** The config as written with what overrides it, and by which word each overridden path (`source.oci`) came. */
export type Overridden = {readonly data: Raw; readonly origins: Origins}
export type Origins = ReadonlyMap<string, string>

/**
 * Lays the environment over the file, and flags over both. `SLACK_WEBHOOK_URL` and `PUSHGATEWAY_URL` count only where
 * the file says nothing of notifiers or of the Pushgateway. An empty variable is no variable.
 */
export function override(file: Raw, flags: Flags, env: NodeJS.ProcessEnv): Overridden {
  const data: Raw = {...file}
  const origins = new Map<string, string>()
  const set = (path: string, key: string, value: unknown, origin: string) => {
    data[key] = value
    origins.set(path, origin)
  }
  const setCluster = (text: string, origin: string) => set('cluster', 'cluster', text, origin)
  const setStore = (text: string, origin: string) =>
    set('memory.store', 'memory', {...toObject(data['memory']), store: text}, origin)
  const setSource = (text: string, origin: string) => {
    const kind = text.startsWith('oci://') ? 'oci' : 'path'
    set(`source.${kind}`, 'source', {...restOfSource(data['source'], text), [kind]: text}, origin)
  }
  given(env['TAZUNA_WATCH_CLUSTER'], 'TAZUNA_WATCH_CLUSTER', setCluster)
  given(flags.cluster, '--cluster', setCluster)
  given(flags.watch, '--watch', (text, origin) => set('watch', 'watch', text, origin))
  given(env['TAZUNA_WATCH_SOURCE'], 'TAZUNA_WATCH_SOURCE', setSource)
  given(flags.source, '--source', setSource)
  given(env['TAZUNA_WATCH_MEMORY'], 'TAZUNA_WATCH_MEMORY', (text, origin) => {
    const memory: Raw = parseMemoryVariable(text) ?? {store: text}
    for (const key of Object.keys(memory)) set(`memory.${key}`, 'memory', memory, origin)
  })
  given(flags.memory, '--memory', setStore)
  given(env['TAZUNA_BIN'], 'TAZUNA_BIN', (text, origin) =>
    set('tazuna.command', 'tazuna', {...toObject(data['tazuna']), command: text}, origin),
  )
  if (env['SLACK_WEBHOOK_URL'] && data['notifiers'] === undefined) {
    const notifier = {type: 'slack', webhookUrl: {env: 'SLACK_WEBHOOK_URL'}}
    set('notifiers', 'notifiers', [notifier], 'SLACK_WEBHOOK_URL')
  }
  const metrics = toObject(data['metrics'])
  if (env['PUSHGATEWAY_URL'] && metrics !== null && metrics['pushgateway'] === undefined) {
    const pushgateway = {url: env['PUSHGATEWAY_URL']}
    set('metrics.pushgateway', 'metrics', {...metrics, pushgateway}, 'PUSHGATEWAY_URL')
  }
  return {data, origins}
}

function given(text: string | undefined, origin: string, put: (text: string, origin: string) => void): void {
  if (text !== undefined && text !== '') put(text, origin)
}

/** The flag or variable that a path of keys and indices, or something around it, comes from. */
export function originOf(origins: Origins, path: readonly PropertyKey[]): string | null {
  for (let length = path.length; length > 0; length -= 1) {
    const origin = origins.get(path.slice(0, length).map(String).join('.'))
    if (origin !== undefined) return origin
  }
  return null
}

/**
 * Another source keeps what the file says of subpath, file and the registry. A login is for the registry that it is
 * written beside, and so is doing without TLS: neither goes to another one. Docker configs say themselves what their
 * logins are for. A folder has no signature.
 */
function restOfSource(source: unknown, text: string): Raw {
  const {oci, path: _path, verify, ...rest} = toObject(source) ?? {}
  if (!text.startsWith('oci://')) return rest
  const all = verify === undefined ? rest : {...rest, verify}
  const written = hostOf(oci)
  if (written === null || written === hostOf(text)) return all
  const {credentials, plainHttp: _plainHttp, ...others} = all
  return toObject(credentials)?.['dockerConfig'] === undefined ? others : {...others, credentials}
}

/** `oci://ghcr.io/acme/config:prod` → `ghcr.io`. */
function hostOf(reference: unknown): string | null {
  return typeof reference === 'string' ? (reference.split('/')[2]?.toLowerCase() ?? null) : null
}

/** Null for what is there and is no object: the schema reports it. */
function toObject(value: unknown): Raw | null {
  if (value === undefined || value === null) return {}
  return typeof value === 'object' && !Array.isArray(value) ? (value as Raw) : null
}

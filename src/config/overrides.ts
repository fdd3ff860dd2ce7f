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

/** The config as written with what overrides it, and by which word each overridden path came. */
export type Overridden = {readonly data: Raw; readonly origins: ReadonlyMap<string, string>}

/**
 * Lays the environment over the file, and flags over both. `SLACK_WEBHOOK_URL` and `PUSHGATEWAY_URL` count only where
 * the file says nothing of notifiers or of the Pushgateway. An empty variable is no variable.
 */
export function override(file: Raw, flags: Flags, env: NodeJS.ProcessEnv): Overridden {
  const data: Raw = {...file}
  const origins = new Map<string, string>()
  const set = (path: string, value: unknown, origin: string) => {
    data[path] = value
    origins.set(path, origin)
  }
  const choices = [
    {key: 'cluster', value: env['TAZUNA_WATCH_CLUSTER'], origin: 'TAZUNA_WATCH_CLUSTER'},
    {key: 'cluster', value: flags.cluster, origin: '--cluster'},
    {key: 'watch', value: flags.watch, origin: '--watch'},
    {key: 'source', value: toSource(env['TAZUNA_WATCH_SOURCE'], data['source']), origin: 'TAZUNA_WATCH_SOURCE'},
    {key: 'source', value: toSource(flags.source, data['source']), origin: '--source'},
    {key: 'memory', value: toMemory(env['TAZUNA_WATCH_MEMORY']), origin: 'TAZUNA_WATCH_MEMORY'},
    {key: 'memory', value: toMemory(flags.memory), origin: '--memory'},
    {key: 'tazuna', value: toTazuna(env['TAZUNA_BIN'], data['tazuna']), origin: 'TAZUNA_BIN'},
  ]
  for (const {key, value, origin} of choices) if (value !== undefined && value !== '') set(key, value, origin)
  if (env['SLACK_WEBHOOK_URL'] && data['notifiers'] === undefined) {
    set('notifiers', [{type: 'slack', webhookUrl: {env: 'SLACK_WEBHOOK_URL'}}], 'SLACK_WEBHOOK_URL')
  }
  const metrics = toObject(data['metrics'])
  if (env['PUSHGATEWAY_URL'] && metrics !== null && metrics['pushgateway'] === undefined) {
    set('metrics', {...metrics, pushgateway: {url: env['PUSHGATEWAY_URL']}}, 'PUSHGATEWAY_URL')
  }
  return {data, origins}
}

/** Another source keeps what the file says of subpath, file and the registry. */
function toSource(text: string | undefined, source: unknown): Raw | undefined {
  if (text === undefined || text === '') return undefined
  const {oci: _oci, path: _path, ...rest} = toObject(source) ?? {}
  return {...rest, ...(text.startsWith('oci://') ? {oci: text} : {path: text})}
}

function toMemory(text: string | undefined): Raw | undefined {
  return text === undefined || text === '' ? undefined : {store: text}
}

function toTazuna(command: string | undefined, tazuna: unknown): Raw | undefined {
  return command === undefined || command === '' ? undefined : {...toObject(tazuna), command}
}

/** Null for what is there and is no object: the schema reports it. */
function toObject(value: unknown): Raw | null {
  if (value === undefined || value === null) return {}
  return typeof value === 'object' && !Array.isArray(value) ? (value as Raw) : null
}

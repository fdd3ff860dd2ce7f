import {TazunaError, type Era} from './go-error.ts'
import {goJson} from './go-json.ts'
import {goQuote} from './go-quote.ts'

/** State key → content hash. */
export type StateEntries = ReadonlyMap<string, string>

/** What tazuna recorded of one Manifest; empty texts where nothing was recorded. */
export type StateData = {
  readonly lastSyncedAt: string
  readonly gitCommitHash: string
  readonly entries: StateEntries
}

/** The ConfigMap of one Manifest's State (facts 7). */
export type StateConfigMap = {
  readonly apiVersion: 'v1'
  readonly kind: 'ConfigMap'
  readonly metadata: {readonly name: string; readonly namespace: 'tazuna'}
  readonly data: Readonly<Record<string, string>>
}

export const emptyState: StateData = {lastSyncedAt: '', gitCommitHash: '', entries: new Map()}

/** The name of the ConfigMap of a Manifest's State. */
export function stateName(manifest: string): string {
  return `tazuna-state-${manifest}`
}

/** The ConfigMap that tazuna writes for this State. */
export function toConfigMap(
  manifest: string,
  {lastSyncedAt, gitCommitHash, entries}: StateData,
  era: Era,
): StateConfigMap {
  const data = [...entries].map(([key, contentHash]) => [encodeStateKey(key, era), goJson({contentHash})])
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {name: stateName(manifest), namespace: 'tazuna'},
    data: {_metadata: goJson({gitCommitHash, lastSyncedAt}), ...(Object.fromEntries(data) as Record<string, string>)},
  }
}

/** Reads the `data` of such a ConfigMap. One bad value fails the whole command. */
export function parseStateData(data: Readonly<Record<string, string>>, era: Era): StateData {
  const entries = new Map<string, string>()
  let metadata: Record<string, string> = {}
  for (const [key, value] of Object.entries(data)) {
    if (key === '_metadata') {
      metadata = parseObject(value, 'failed to parse state metadata')
    } else {
      const entry = parseObject(value, `failed to parse state entry for key ${goQuote(key)}`)
      entries.set(decodeStateKey(key, era), entry['contentHash'] ?? '')
    }
  }
  return {lastSyncedAt: metadata['lastSyncedAt'] ?? '', gitCommitHash: metadata['gitCommitHash'] ?? '', entries}
}

/** A State key as a key of ConfigMap data: `/` as `__`; late versions write other odd bytes as `_xHH`. */
export function encodeStateKey(key: string, era: Era): string {
  if (era === 'early') return key.replaceAll('/', '__')
  return key
    .replaceAll(/[^-./a-zA-Z0-9]+/g, odd => [...Buffer.from(odd)].map(byte => `_x${hex(byte)}`).join(''))
    .replaceAll('/', '__')
}

/** The reverse; late versions read keys of early ones, and leave what they do not know as it is. */
export function decodeStateKey(key: string, era: Era): string {
  if (era === 'early') return key.replaceAll('__', '/')
  return key.replaceAll(/__|(?:_x[0-9a-fA-F]{2})+/g, escape =>
    escape === '__' ? '/' : Buffer.from(escape.replaceAll('_x', ''), 'hex').toString(),
  )
}

function parseObject(text: string, attempt: string): Record<string, string> {
  const first = text.trimStart().charAt(0)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const isCut = first === '' || first === '{'
    throw new TazunaError(
      attempt,
      isCut ? 'unexpected end of JSON input' : `invalid character '${first}' looking for beginning of value`,
    )
  }
  if (value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, string>
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  throw new TazunaError(attempt, `json: cannot unmarshal ${kind} into Go value of type state.StateEntry`)
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

import type {Memory} from '../model/memory.ts'
import {checksum} from './checksum.ts'
import {migrate, type AnyDocument} from './migrate.ts'
import {toMemory} from './to-memory.ts'

export type Decoded = {readonly memory: Memory} | {readonly problem: string; readonly hint: string}

/** Whose memory it must be. */
export type WatchIdentity = Pick<Memory, 'cluster' | 'watch'>

/** Characters. */
const largeText = 400_000

/**
 * Reads what `encodeMemory` wrote, also in an older version. What is not whole, or of another watch, is a problem.
 * `forget` says how people can remove it from where it is.
 */
export async function decodeMemory(
  text: string,
  {cluster, watch}: WatchIdentity,
  forget = 'delete it',
): Promise<Decoded> {
  const damaged = (what: string) => ({
    problem: `${what}: it was damaged, or edited by hand`,
    hint: `restore it from a copy, or ${forget} to begin anew`,
  })
  const parsed = parseObject(text)
  if (typeof parsed === 'string') return damaged(parsed)
  const {checksum: kept, ...content} = parsed
  const isWhole = kept === checksum(JSON.stringify(content))
  const document = migrate(parsed)
  if (document === null)
    return isVersion(parsed['schema']) ? tooNew(parsed, forget) : damaged('it is no memory of tazuna-watch')
  // only here: a first run has nothing to read
  const {memoryDocument} = await import('./schema.ts')
  // code made for the schema pays from some thousand entries on
  const checked = memoryDocument.safeParse(document, {jitless: text.length < largeText})
  if (!checked.success) {
    const [issue] = checked.error.issues
    return damaged(`it is not as it was written: ${issue?.path.join('.') || 'the whole'}: ${issue?.message}`)
  }
  const memory = toMemory(checked.data)
  if (memory.cluster !== cluster || memory.watch !== watch) return ofAnother(memory, {cluster, watch})
  return isWhole ? {memory} : damaged('its checksum is wrong')
}

function parseObject(text: string): AnyDocument | string {
  if (text === '') return 'it is empty'
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as AnyDocument)
      : 'it is no object'
  } catch {
    // the error would quote some of it
    return 'it is no JSON'
  }
}

function isVersion(schema: unknown): boolean {
  return typeof schema === 'string' && /^tazuna-watch\/memory\/v\d+$/.test(schema)
}

function tooNew({schema, writtenBy}: AnyDocument, forget: string): Decoded {
  const writer = typeof writtenBy === 'string' ? `tazuna-watch ${writtenBy}` : 'another version of tazuna-watch'
  return {
    problem: `it was written by ${writer} as ${String(schema)}, which this version cannot read`,
    hint: `run ${writer} or a later one, or ${forget} to begin anew`,
  }
}

function ofAnother(found: WatchIdentity, wanted: WatchIdentity): Decoded {
  const named = ({cluster, watch}: WatchIdentity) =>
    `cluster ${JSON.stringify(cluster)}, watch ${JSON.stringify(watch)}`
  return {
    problem: `it is the memory of another watch: ${named(found)} instead of ${named(wanted)}`,
    hint: 'correct `cluster` and `watch`, or give this watch a memory of its own (`memory.configMap` or `memory.file`)',
  }
}

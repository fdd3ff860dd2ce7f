import type {ConfigMap} from '../kube/config-map.ts'
import type {Kube} from '../kube/client.ts'
import type {Memory} from '../model/memory.ts'
import {cannotBeOpened, toKubeTrouble, type Place} from './configmap-trouble.ts'
import {decodeMemory, type WatchIdentity} from './decode.ts'
import {encodeMemory} from './encode.ts'
import {fold, foldedNames} from './fold.ts'
import {gunzipText, gzipText} from './gzip.ts'
import type {Loaded, MemoryStore, MemoryTrouble, Saved, Version} from './memory-store.ts'
import {updateSurely} from './update-surely.ts'

export type ConfigMapOptions = WatchIdentity & {
  /** Null: that of the context, or of the pod. */
  readonly namespace: string | null
  readonly name: string
  /** The version of tazuna-watch. */
  readonly writtenBy: string
  /** Called once, and again after it failed. Throws `KubeConfigError`. */
  readonly openKube: (signal: AbortSignal) => Promise<Kube>
}

/** In `binaryData`; everything else in the ConfigMap belongs to others and stays as it is. */
const dataKey = 'memory.json.gz'

/**
 * Bytes, compressed. A ConfigMap holds 1 MiB of values, those of others included; when it does not take the first
 * limit, the second is tried.
 */
const limits = [900 * 1024, 450 * 1024] as const

/**
 * A memory in one ConfigMap, which must be there: without our data it is empty. The version names uid and
 * resourceVersion, so that one which was made anew meanwhile is a conflict.
 */
export function configMapMemory(options: ConfigMapOptions): MemoryStore {
  const {name, cluster, watch, writtenBy} = options
  let opened: Kube | null = null
  /** As it was last read or written; null while it may not be written. */
  let kept: ConfigMap | null = null
  /** What the last save had to fold: the next one before a load will have to, too. */
  let foldedBefore: readonly string[] = []

  async function open(signal: AbortSignal): Promise<Kube | MemoryTrouble> {
    try {
      return (opened ??= await options.openKube(signal))
    } catch (error) {
      return cannotBeOpened(error, `ConfigMap ${placeText(options)}`)
    }
  }

  async function load(signal: AbortSignal): Promise<Loaded> {
    kept = null
    foldedBefore = []
    const kube = await open(signal)
    if ('state' in kube) return kube
    const place = placeIn(kube, options)
    const result = await kube.getConfigMap(place.namespace, name, signal)
    if (!result.ok) return toKubeTrouble(result, place)
    const base64 = result.value.binaryData[dataKey]
    const memory = base64 === undefined ? null : await decode(base64, place)
    if (memory !== null && 'state' in memory) return memory
    kept = result.value
    return {state: 'loaded', memory, version: toVersion(kept)}
  }

  async function decode(base64: string, place: Place): Promise<Memory | MemoryTrouble> {
    const text = gunzipText(Buffer.from(base64, 'base64'))
    const decoded = await decodeMemory(text ?? '', {cluster, watch}, `remove \`${dataKey}\` from it`)
    if ('memory' in decoded) return decoded.memory
    const problem = text === null && base64 !== '' ? 'it is no whole gzip: it was damaged' : decoded.problem
    const message = `reading the memory in ConfigMap ${placeText(place)}: ${problem}`
    return {state: 'unusable', message, hint: decoded.hint}
  }

  async function save(memory: Memory, version: Version, signal: AbortSignal): Promise<Saved> {
    if (opened === null || kept === null || toVersion(kept) !== version) return {state: 'conflict'}
    const [kube, before, place] = [opened, kept, placeIn(opened, options)]
    for (const [index, limit] of limits.entries()) {
      let bytes: Buffer = Buffer.alloc(0)
      const folded = fold(
        memory,
        limit,
        smaller => {
          bytes = gzipText(encodeMemory(smaller, writtenBy))
          return bytes.length
        },
        foldedBefore,
      )
      foldedBefore = foldedNames(folded)
      const binaryData = {...before.binaryData, [dataKey]: bytes.toString('base64')}
      const result = await updateSurely(kube, before, {...before, binaryData}, signal)
      if (result.ok) {
        kept = result.value
        return {state: 'saved', version: toVersion(kept), folded: foldedNames(folded)}
      }
      if (result.kind === 'conflict') return {state: 'conflict'}
      const next = limits[index + 1]
      const isLast = result.kind !== 'too-large' || next === undefined || bytes.length <= next
      if (isLast) return toKubeTrouble(result, place)
    }
    throw new Error('unreachable')
  }

  return {
    keeps: true,
    description: `ConfigMap ${placeText(options)}`,
    load,
    save,
    close: async () => await opened?.close(),
  }
}

function placeIn({namespace, identity}: Kube, options: ConfigMapOptions): Place {
  return {namespace: options.namespace ?? namespace, name: options.name, identity}
}

function placeText({namespace, name}: {namespace: string | null; name: string}): string {
  return namespace === null ? name : `${namespace}/${name}`
}

function toVersion({metadata: {uid, resourceVersion}}: ConfigMap): string {
  return `${uid}/${resourceVersion}`
}

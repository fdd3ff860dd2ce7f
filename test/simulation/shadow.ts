import type {DiffType} from '../../src/model/diff-entry.ts'

/**
 * What the checker believes is remembered, in its own form: never read from the memory that is checked. Where the
 * rules leave room, a value has two bounds, or is a `Tri`. Times in milliseconds.
 */
export type Shadow = {
  readonly manifests: Map<string, ShadowManifest>
  readonly logs: Map<string, ShadowLog>
  readonly mutes: ShadowMute[]
  failing: ShadowFailing | null
  mass: ShadowMass | null
  /** When the last reading began, and the run that did it. */
  lastReadAt: number | null
}

/** 0 no, 1 perhaps, 2 yes. `and` is the smaller, `or` the larger of two. */
export type Tri = 0 | 1 | 2

export type ShadowManifest = {
  hasState: boolean
  lastCheckedAt: number | null
  failing: ShadowFailing | null
  goneAt: number | null
  /** It was gone for so long that it may have been dropped. */
  isForgotten: boolean
  readonly entries: Map<string, Seen>
}

/** One row, as it was seen last. */
export type Seen = {
  type: DiffType
  hash: string | null
  storedHash: string | null
  digest: string | null
  /** Real changes of its content, and those that may be an unstable rendering. */
  real: number
  unstable: number
  /** It is first seen at a time between these. */
  firstLow: number
  firstHigh: number
  /** Groups in a row that saw it are between these. */
  sightLow: number
  sightHigh: number
  groups: string[]
  lastGroup: string
  filtered: boolean
  /** 0: proven absent. */
  present: Tri
  absentAt: number | null
}

export type ShadowFailing = {
  low: number
  high: number
  groups: string[]
  lastGroup: string
  code: string
  since: number
}

export type ShadowMass = {
  /** It began at a time between these. */
  since: number
  latest: number
  isSure: boolean
  /** It lasted too long to wait. */
  isOver: boolean
  /** It may have ended. */
  isDoubtful: boolean
  readonly isGone: boolean
  readonly affected: ReadonlySet<string>
  /** With those that had no State before. */
  readonly wide: ReadonlySet<string>
}

export type ShadowMute = {
  readonly key: string
  readonly until: number
  content: Map<string, Content> | null
  ended: Tri
}
export type Content = {readonly type: DiffType; readonly real: number; readonly unstable: number}

export type ShadowLog = {
  /** It was told, or there was nothing to tell. */
  baseline: Tri
  configuredAt: number
  deliveredAt: number | null
  /** It was not delivered something since. */
  hasMissed: boolean
  /** Which delivery it is of, by the order in which they really happened. */
  delivery: number
  failure: ShadowToldFailure | null
  recovered: Tri
  mass: {since: number; at: number} | null
  readonly manifests: Map<string, ShadowTold>
  /** Two deliveries met: which of the logs is kept is not known. */
  isFuzzy: boolean
}

export type ShadowTold = {
  /** When a message last named it. */
  namedAt: number | null
  readonly told: Map<string, ToldOf>
  /** Told once, and no longer: an entry that returns may have to wait. */
  readonly left: Map<string, Left>
  failure: ShadowToldFailure | null
  recovered: Tri
  /** It is to be told that it is gone. */
  gone: Tri
  isToldGone: boolean
}
export type ToldOf = Content & {
  readonly hash: string | null
  readonly digest: string | null
  readonly at: number
  /** Whether it certainly still is in the told set. */
  isSure: boolean
  /** It is proven gone, and a notice of that is due. */
  isGone: boolean
}
/** `isSilent`: it was no longer of interest, which is not to say that it was absent. */
export type Left = {readonly low: number; readonly high: number; readonly isSilent: boolean}

export type ShadowToldFailure = {readonly codes: readonly string[]; readonly at: number; readonly isSure: boolean}

export function emptyShadow(): Shadow {
  return {manifests: new Map(), logs: new Map(), mutes: [], failing: null, mass: null, lastReadAt: null}
}

export function newLog(now: number): ShadowLog {
  return {
    baseline: 0,
    configuredAt: now,
    deliveredAt: null,
    hasMissed: false,
    delivery: 0,
    failure: null,
    recovered: 0,
    mass: null,
    manifests: new Map(),
    isFuzzy: false,
  }
}

export function newTold(): ShadowTold {
  return {namedAt: null, told: new Map(), left: new Map(), failure: null, recovered: 0, gone: 0, isToldGone: false}
}

export function copyShadow(shadow: Shadow): Shadow {
  return {
    ...shadow,
    failing: shadow.failing && {...shadow.failing},
    mass: shadow.mass && {...shadow.mass},
    manifests: mapValues(shadow.manifests, manifest => ({
      ...manifest,
      failing: manifest.failing && {...manifest.failing},
      entries: mapValues(manifest.entries, entry => ({...entry})),
    })),
    logs: mapValues(shadow.logs, copyLog),
    mutes: shadow.mutes.map(mute => ({...mute})),
  }
}

export function copyLog(log: ShadowLog): ShadowLog {
  return {
    ...log,
    manifests: mapValues(log.manifests, told => ({
      ...told,
      told: mapValues(told.told, one => ({...one})),
      left: new Map(told.left),
    })),
  }
}

/** Times that are later than the clock allows are read as now. */
export function clampShadow(shadow: Shadow, now: number): void {
  const clamp = (time: number) => (time > now + 5 * 60_000 ? now : time)
  const orNull = (time: number | null) => (time === null ? null : clamp(time))
  if (shadow.failing) shadow.failing.since = clamp(shadow.failing.since)
  if (shadow.mass) {
    shadow.mass.since = clamp(shadow.mass.since)
    shadow.mass.latest = clamp(shadow.mass.latest)
  }
  for (const manifest of shadow.manifests.values()) {
    manifest.lastCheckedAt = orNull(manifest.lastCheckedAt)
    manifest.goneAt = orNull(manifest.goneAt)
    if (manifest.failing) manifest.failing.since = clamp(manifest.failing.since)
    for (const entry of manifest.entries.values()) {
      entry.firstLow = clamp(entry.firstLow)
      entry.firstHigh = clamp(entry.firstHigh)
      entry.absentAt = orNull(entry.absentAt)
    }
  }
  for (const log of shadow.logs.values()) {
    log.configuredAt = clamp(log.configuredAt)
    log.deliveredAt = orNull(log.deliveredAt)
    if (log.mass) log.mass = {since: clamp(log.mass.since), at: clamp(log.mass.at)}
    if (log.failure) log.failure = {...log.failure, at: clamp(log.failure.at)}
    for (const told of log.manifests.values()) {
      told.namedAt = orNull(told.namedAt)
      if (told.failure) told.failure = {...told.failure, at: clamp(told.failure.at)}
      for (const [key, one] of told.told) told.told.set(key, {...one, at: clamp(one.at)})
      for (const [key, {low, high, isSilent}] of told.left) {
        told.left.set(key, {low: clamp(low), high: clamp(high), isSilent})
      }
    }
  }
}

export function toldOf(log: ShadowLog, manifest: string): ShadowTold {
  const known = log.manifests.get(manifest)
  if (known) return known
  const told = newTold()
  log.manifests.set(manifest, told)
  return told
}

function mapValues<K, V>(map: ReadonlyMap<K, V>, change: (value: V) => V): Map<K, V> {
  const changed = new Map<K, V>()
  for (const [key, value] of map) changed.set(key, change(value))
  return changed
}

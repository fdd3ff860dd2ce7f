import {hash} from 'node:crypto'

import type {DiffEntry, DriftType} from '../../src/model/diff-entry.ts'
import type {ListedManifest} from '../../src/model/state-reading.ts'
import type {Random} from './random.ts'

/** The true world that a simulated watch looks at: what is rendered, what is recorded in State, and the config. */
export type World = {
  /** Milliseconds; the only clock. */
  now: number
  /** What tazuna.yaml names, in order. */
  manifests: WorldManifest[]
  /** What it once named. */
  vanished: WorldManifest[]
  /** State by the name of the Manifest, as hash by State key. */
  readonly state: Map<string, Map<string, string>>
  /** The kubeconfig points to another cluster: no State is to be seen. */
  elsewhere: boolean
  /** The source is a folder and has no digest. */
  folder: boolean
  artifact: number
  /** Grows with each reading: what renders differently each time takes it in. */
  nonce: number
  counter: number
  minSightings: number
  ignore: SimRule[]
  notifiers: SimNotifier[]
}

export type WorldManifest = {name: string; readonly resources: Map<string, WorldResource>}

/** `path` is `group/version/kind/namespace/name`. */
export type WorldResource = {
  readonly path: string
  readonly alwaysSync: boolean
  content: number
  previous: number
  unstable: boolean
}

/** An ignore rule without patterns: one Manifest, one resource or all of them. */
export type SimRule = {
  readonly manifest: string
  readonly path: string | null
  readonly diffType: readonly DriftType[] | null
  /** A day, YYYY-MM-DD. */
  readonly until: string | null
}

export type Down = 'refused' | 'hangs' | 'throws' | 'render throws' | 'answer lost'

export type SimNotifier = {
  readonly name: string
  manifests: readonly string[] | null
  types: readonly DriftType[] | null
  readonly remindAfter: number
  readonly changeInterval: number
  readonly failuresBeforeNotice: number
  readonly resolved: boolean
  configured: boolean
  down: Down | null
}

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** A small world, as the seed says; now and then one with many Manifests, in which a mass drift needs a share. */
export function newWorld(random: Random): World {
  const world: World = {
    now: Date.UTC(2026, 0, 1 + random.below(300), random.below(24)),
    manifests: [],
    vanished: [],
    state: new Map(),
    elsewhere: false,
    folder: random.chance(0.15),
    artifact: 1,
    nonce: 0,
    counter: 0,
    minSightings: random.weighted({1: 6, 2: 3, 3: 1}) === '1' ? 1 : 2 + random.below(2),
    ignore: [],
    notifiers: [],
  }
  const count = random.chance(0.12) ? 10 + random.below(4) : 1 + random.below(5)
  for (let i = 0; i < count; i += 1) {
    const manifest = newManifest(world, random)
    world.manifests.push(manifest)
    if (random.chance(0.85)) apply(world, manifest)
  }
  const names = ['ops', 'team', 'page']
  world.notifiers = names.slice(0, 1 + random.below(3)).map(name => newNotifier(name, world, random))
  return world
}

export function newManifest(world: World, random: Random): WorldManifest {
  world.counter += 1
  const manifest: WorldManifest = {name: `m${world.counter}`, resources: new Map()}
  const count = random.weighted({none: 1, some: 12, few: 6}) === 'none' ? 0 : 1 + random.below(4)
  for (let i = 0; i < count; i += 1) addResource(world, manifest, random)
  return manifest
}

export function addResource(world: World, manifest: WorldManifest, random: Random): void {
  world.counter += 1
  const kind = random.weighted({'apps/v1/Deployment': 6, '/v1/Secret': 2, '/v1/ConfigMap': 2})
  const path = `${kind}/ns/n${world.counter}`
  const resource = {path, alwaysSync: kind === '/v1/Secret' && random.chance(0.4), unstable: false}
  manifest.resources.set(`${manifest.name}/${path}`, {...resource, content: world.counter, previous: world.counter})
}

export function newNotifier(name: string, world: World, random: Random): SimNotifier {
  return {
    name,
    ...newMatch(world, random),
    // never a multiple of ten minutes after a run: what is near a bound would be a matter of milliseconds
    remindAfter: random.pick([6, 24, 24, 72]) * hour,
    changeInterval: random.pick([0, 1, 3, 6]) * hour + 5 * minute,
    failuresBeforeNotice: 1 + random.below(3),
    resolved: random.chance(0.5),
    configured: true,
    down: null,
  }
}

export function newMatch(world: World, random: Random): Pick<SimNotifier, 'manifests' | 'types'> {
  const names = world.manifests.map(({name}) => name)
  return {
    manifests: random.chance(0.3) ? names.filter(() => random.chance(0.6)) : null,
    types: random.chance(0.25) ? random.pick([['removed'], ['removed', 'modified'], ['added']] as const) : null,
  }
}

/** What `tazuna apply` does: State is what is rendered. A Manifest that renders nothing keeps its empty State. */
export function apply(world: World, manifest: WorldManifest): void {
  const rendered = [...manifest.resources].map(([key, resource]) => [key, hashOf(world, key, resource)] as const)
  world.state.set(manifest.name, new Map(rendered))
}

/** The rows that `tazuna state diff` prints for one Manifest. */
export function rowsOf(world: World, {name: manifest, resources}: WorldManifest): DiffEntry[] {
  const state = stateOf(world, manifest) ?? new Map<string, string>()
  const rows: DiffEntry[] = []
  for (const [stateKey, resource] of resources) {
    const newHash = hashOf(world, stateKey, resource)
    const oldHash = state.get(stateKey) ?? null
    if (resource.alwaysSync) rows.push({manifest, stateKey, diffType: 'always-sync', oldHash: null, newHash})
    else if (oldHash === null) rows.push({manifest, stateKey, diffType: 'added', oldHash, newHash})
    else if (oldHash !== newHash) rows.push({manifest, stateKey, diffType: 'modified', oldHash, newHash})
  }
  for (const [stateKey, oldHash] of state) {
    if (!resources.has(stateKey)) rows.push({manifest, stateKey, diffType: 'removed', oldHash, newHash: null})
  }
  return rows
}

/** What `tazuna state list` says of one Manifest. */
export function listedOf(world: World, name: string): ListedManifest {
  const stored = stateOf(world, name)
  const applied = stored === null ? null : '2026-01-01T00:00:00Z'
  return {name, stored, lastAppliedAt: applied, gitCommit: null}
}

export function digestOf({folder, artifact}: World): string | null {
  return folder ? null : `sha256:${hash('sha256', `artifact ${artifact}`)}`
}

function stateOf(world: World, name: string): Map<string, string> | null {
  return world.elsewhere ? null : (world.state.get(name) ?? null)
}

function hashOf(world: World, key: string, {content, unstable}: WorldResource): string {
  return hash('sha256', `${key} ${content}${unstable ? ` ${world.nonce}` : ''}`)
}

export function isIgnored({manifest, stateKey, diffType}: DiffEntry, rules: readonly SimRule[], now: number): boolean {
  const type = diffType as DriftType
  return rules.some(
    rule =>
      rule.manifest === manifest &&
      (rule.path === null || `${manifest}/${rule.path}` === stateKey) &&
      (rule.diffType ?? ['added', 'modified']).includes(type) &&
      (rule.until === null || now < Date.parse(`${rule.until}T00:00:00Z`) + day),
  )
}

/** To the second, as the memory keeps it. */
export function toRfc3339(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}

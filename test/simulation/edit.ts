import {driftTypes} from '../../src/model/diff-entry.ts'
import {randomOf, type Random} from './random.ts'
import {addResource, apply, day, minute, newManifest, newMatch, newNotifier, type World} from './world.ts'

/** One thing that happens to the world between two runs. The seed says to what. */
export type Edit = {readonly kind: EditKind; readonly seed: number}
export type EditKind = WorldEditKind | MemoryEditKind

/** What happens to what is remembered, and not by a run. */
export type MemoryEditKind = 'mute' | 'unmute' | 'lose memory' | 'roll memory back' | 'spoil memory' | 'mend memory'

/** Returns what was done, for the trace; null where there was nothing to do it to. */
type WorldEdit = (world: World, random: Random) => string | null

const worldEdits = {
  modify: (world, random) =>
    withResource(world, random, resource => {
      world.counter += 1
      resource.previous = resource.content
      resource.content = world.counter
      return `renders other content (${world.counter})`
    }),
  revert: (world, random) =>
    withResource(world, random, resource => {
      resource.content = resource.previous
      return `renders content ${resource.content} again`
    }),
  unstable: (world, random) =>
    withResource(world, random, resource => {
      resource.unstable = !resource.unstable
      return resource.unstable ? 'renders differently each time' : 'is stable'
    }),
  'add resource': (world, random) =>
    withManifest(world, random, manifest => {
      addResource(world, manifest, random)
      world.artifact += 1
      return `renders ${[...manifest.resources.keys()].at(-1)} too`
    }),
  'drop resource': (world, random) =>
    withManifest(world, random, manifest => {
      const keys = [...manifest.resources.keys()]
      if (keys.length === 0) return null
      const key = random.pick(keys)
      manifest.resources.delete(key)
      world.artifact += 1
      return `does not render ${key} any more`
    }),
  apply: (world, random) =>
    withManifest(world, random, manifest => {
      apply(world, manifest)
      return 'is applied'
    }),
  'apply all': world => {
    for (const manifest of world.manifests) apply(world, manifest)
    return 'everything is applied'
  },
  'new digest': world => {
    world.artifact += 1
    return 'the artifact is pushed again'
  },
  vanish: (world, random) => {
    if (world.manifests.length < 2) return null
    const [manifest] = world.manifests.splice(random.below(world.manifests.length), 1)
    world.vanished.push(manifest!)
    world.artifact += 1
    return `${manifest!.name} leaves tazuna.yaml`
  },
  'vanish widely': (world, random) => {
    const gone = world.manifests.filter(() => random.chance(0.9)).slice(1)
    if (gone.length < 2) return null
    world.manifests = world.manifests.filter(manifest => !gone.includes(manifest))
    world.vanished.push(...gone)
    world.artifact += 1
    return `${gone.length} Manifests leave tazuna.yaml`
  },
  return: (world, random) => {
    const back = random.chance(0.5) ? world.vanished.slice(0, 1) : world.vanished.slice()
    if (back.length === 0) return null
    world.vanished = world.vanished.filter(manifest => !back.includes(manifest))
    world.manifests.push(...back)
    world.artifact += 1
    return `${back.map(({name}) => name).join(', ')} in tazuna.yaml again`
  },
  rename: (world, random) =>
    withManifest(world, random, manifest => {
      world.counter += 1
      const name = `m${world.counter}`
      const resources = [...manifest.resources.values()].map(one => [`${name}/${one.path}`, {...one}] as const)
      world.manifests[world.manifests.indexOf(manifest)] = {name, resources: new Map(resources)}
      world.vanished.push(manifest)
      world.artifact += 1
      return `is called ${name} now`
    }),
  'new manifest': (world, random) => {
    const manifest = newManifest(world, random)
    world.manifests.push(manifest)
    world.artifact += 1
    return `${manifest.name} is new in tazuna.yaml`
  },
  'lose State': (world, random) => {
    const names = [...world.state.keys()].filter(() => random.chance(0.9))
    for (const name of names) world.state.delete(name)
    return names.length === 0 ? null : `the State of ${names.join(', ')} is lost`
  },
  elsewhere: world => {
    world.elsewhere = !world.elsewhere
    return world.elsewhere ? 'the kubeconfig points to another cluster' : 'the kubeconfig is right again'
  },
  ignore: (world, random) =>
    withManifest(world, random, ({name, resources}) => {
      const paths = [...resources.values()].map(({path}) => path)
      const path = paths.length > 0 && random.chance(0.6) ? random.pick(paths) : null
      const diffType = random.chance(0.3) ? driftTypes.filter(() => random.chance(0.6)) : null
      if (diffType?.length === 0) return null
      const ends = new Date(world.now + random.below(20) * day).toISOString().slice(0, 10)
      const rule = {manifest: name, path, diffType, until: random.chance(0.4) ? ends : null}
      world.ignore = [...world.ignore, rule]
      return `an ignore rule: ${JSON.stringify(rule)}`
    }),
  unignore: (world, random) => {
    if (world.ignore.length === 0) return null
    const rule = random.pick(world.ignore)
    world.ignore = world.ignore.filter(one => one !== rule)
    return `no ignore rule any more: ${JSON.stringify(rule)}`
  },
  match: (world, random) => {
    const notifier = random.pick(world.notifiers)
    Object.assign(notifier, newMatch(world, random))
    return `${notifier.name} matches ${JSON.stringify({manifests: notifier.manifests, types: notifier.types})}`
  },
  join: (world, random) => {
    const absent = world.notifiers.filter(({configured}) => !configured)
    if (absent.length > 0) {
      const notifier = random.pick(absent)
      notifier.configured = true
      return `${notifier.name} is configured again`
    }
    if (world.notifiers.length > 4) return null
    world.notifiers.push(newNotifier(`n${world.notifiers.length}`, world, random))
    return `${world.notifiers.at(-1)!.name} joins`
  },
  leave: (world, random) => {
    const notifier = random.pick(world.notifiers)
    notifier.configured = false
    return `${notifier.name} is not configured any more`
  },
  down: (world, random) => {
    const notifier = random.pick(world.notifiers)
    notifier.down = random.pick(['refused', 'refused', 'hangs', 'throws', 'render throws', 'answer lost'])
    return `${notifier.name} is down: ${notifier.down}`
  },
  up: world => {
    for (const notifier of world.notifiers) notifier.down = null
    return 'all notifiers are up'
  },
  clock: (world, random) => {
    const jump = random.pick([-30 * day, -3 * day, -day, -120 * minute, -60 * minute, 120 * minute, 2 * day, 9 * day])
    world.now += jump
    return `the clock jumps by ${jump / minute} min`
  },
} satisfies Record<string, WorldEdit>
type WorldEditKind = keyof typeof worldEdits

/** How often what happens. */
export const editWeights: Readonly<Record<EditKind, number>> = {
  modify: 20,
  revert: 8,
  unstable: 2,
  'add resource': 10,
  'drop resource': 8,
  apply: 14,
  'apply all': 3,
  'new digest': 3,
  vanish: 2,
  'vanish widely': 0.4,
  return: 3,
  rename: 1,
  'new manifest': 2,
  'lose State': 1,
  elsewhere: 2.5,
  ignore: 4,
  unignore: 4,
  match: 2,
  join: 3,
  leave: 1.5,
  down: 4,
  up: 5,
  clock: 1.5,
  mute: 6,
  unmute: 2,
  'lose memory': 0.4,
  'roll memory back': 0.3,
  'spoil memory': 0.4,
  'mend memory': 2,
}

export function isWorldEdit(edit: Edit): edit is Edit & {kind: WorldEditKind} {
  return Object.hasOwn(worldEdits, edit.kind)
}

/** Changes the world; returns what was done, or null. */
export function applyEdit(world: World, {kind, seed}: {kind: WorldEditKind; seed: number}): string | null {
  const edit: WorldEdit = worldEdits[kind]
  return edit(world, randomOf(seed))
}

type OneManifest = World['manifests'][number]

function withManifest(world: World, random: Random, change: (manifest: OneManifest) => string | null): string | null {
  if (world.manifests.length === 0) return null
  const manifest = random.pick(world.manifests)
  const {name} = manifest
  const done = change(manifest)
  return done === null ? null : `${name} ${done}`
}

type OneResource = OneManifest['resources'] extends Map<string, infer Value> ? Value : never

/** The digest changes with the content of an artifact, but not with what only renders differently. */
function withResource(world: World, random: Random, change: (resource: OneResource) => string): string | null {
  const keys = world.manifests.flatMap(({resources}) => [...resources])
  if (keys.length === 0) return null
  const [key, resource] = random.pick(keys)
  // now and then a chart or a Secret changes outside the artifact
  if (random.chance(0.85)) world.artifact += 1
  return `${key} ${change(resource)}`
}

import {emptyMemory, type Memory, type Mute} from '../../src/model/memory.ts'
import type {Edit, MemoryEditKind} from './edit.ts'
import type {Model} from './model.ts'
import {randomOf, type Random} from './random.ts'
import {copyShadow, emptyShadow, type Content, type Shadow} from './shadow.ts'
import {keep, type Kept} from './store.ts'
import {hour, minute, toRfc3339, type World} from './world.ts'

/** A memory, with the world that it is about and the checker, which is to know of each change. */
export type Remembering = {readonly world: World; readonly kept: Kept; readonly model: Model}

/** What people and accidents do to the memory. Returns what was done, or null. */
export function editMemory(sim: Remembering, {kind, seed}: Edit & {kind: MemoryEditKind}): string | null {
  const {kept} = sim
  const random = randomOf(seed)
  if (kind === 'mend memory') {
    const wasSpoilt = kept.spoilt
    kept.spoilt = false
    return wasSpoilt ? 'the memory can be read again' : null
  }
  if (kept.spoilt) return null
  switch (kind) {
    case 'spoil memory':
      kept.spoilt = true
      return 'the memory cannot be used'
    case 'lose memory':
      replace(sim, null, emptyShadow())
      return 'the memory is lost'
    case 'roll memory back':
      return rollBack(sim, random)
    case 'mute':
      return mute(sim, random)
    case 'unmute':
      return unmute(sim, random)
  }
}

function replace({kept, model}: Remembering, memory: Memory | null, shadow: Shadow): void {
  model.current = shadow
  model.shadows.set(keep(kept, memory), shadow)
}

function rollBack(sim: Remembering, random: Random): string | null {
  const {kept, model} = sim
  if (kept.past.length < 2) return null
  const {memory, version} = random.pick(kept.past.slice(-10))
  replace(sim, memory, model.shadows.get(version)!)
  return `the memory is as it was at ${memory?.lastRun?.startedAt ?? 'the beginning'}`
}

/** As the `mute` command does: load, add the mute with what it is about, save. */
function mute(sim: Remembering, random: Random): string | null {
  const {world, kept, model} = sim
  const memory = kept.memory ?? emptyMemory('sim', 'default', '0'.repeat(64))
  const keys = world.manifests.flatMap(({name, resources}) => [name, ...resources.keys()])
  if (keys.length === 0) return null
  const key = random.pick(keys)
  const createdAt = toRfc3339(world.now)
  // of one second there are no two mutes of a key
  const ever = [memory, ...kept.past.map(past => past.memory)].flatMap(one => one?.mutes ?? [])
  if (ever.some(one => one.key === key && one.createdAt === createdAt)) return null
  const name = key.split('/')[0]!
  const until = world.now + random.pick([2, 5, 20, 50]) * hour + minute
  const present = [...(memory.manifests.get(name)?.entries ?? [])].filter(
    ([stateKey, {absentSince, diffType}]) =>
      absentSince === null && diffType !== 'always-sync' && (stateKey === key || key === name),
  )
  const isKnown = present.length > 0
  const content: Mute['content'] = isKnown
    ? new Map(present.map(([stateKey, {diffType, hash}]) => [stateKey, {diffType, hash}]))
    : null
  const next = copyShadow(model.current)
  const seen = next.manifests.get(name)?.entries
  const believed = present.flatMap(([stateKey]): [string, Content][] => {
    const entry = seen?.get(stateKey)
    return entry === undefined ? [] : [[stateKey, {type: entry.type, real: entry.real, unstable: entry.unstable}]]
  })
  next.mutes.splice(0, Infinity, ...next.mutes.filter(one => one.key !== key))
  next.mutes.push({key, until, content: isKnown ? new Map(believed) : null, ended: 0})
  const added = {key, reason: 'known', createdAt, until: toRfc3339(until), content}
  replace(sim, {...memory, mutes: [...memory.mutes.filter(one => one.key !== key), added]}, next)
  return `${key} until ${added.until}`
}

function unmute(sim: Remembering, random: Random): string | null {
  const {memory} = sim.kept
  if (memory === null || memory.mutes.length === 0) return null
  const {key} = random.pick(memory.mutes)
  const next = copyShadow(sim.model.current)
  next.mutes.splice(0, Infinity, ...next.mutes.filter(one => one.key !== key))
  replace(sim, {...memory, mutes: memory.mutes.filter(one => one.key !== key)}, next)
  return key
}

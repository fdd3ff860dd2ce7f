import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {encodeMemory} from '../../src/memory/encode.ts'
import type {Loaded, MemoryStore, Saved, Version} from '../../src/memory/memory-store.ts'
import type {Memory, Mute} from '../../src/model/memory.ts'
import {knownEntry, memoryOf} from '../memory/memory-builder.ts'

/** One place for the memory of `prod`/`default`, where nothing is kept yet. */
export type MemoryPlace = AsyncDisposable & {
  /** Another process, as it were: a store that has seen nothing yet. Of another watch if so named. */
  open(watch?: string): MemoryStore
  /** What is kept there, as bytes; null when nothing is. */
  read(): Promise<Buffer | null>
  /** Puts the bytes that stand for this text there. */
  write(text: string): Promise<void>
  /** Puts these bytes there. */
  damage(bytes: Buffer): Promise<void>
}

const never = new AbortController().signal
const first = memoryOf({web: {'web/v1/ConfigMap/shop/a': knownEntry()}})
const second = {...first, source: 'second'}
const third = {...first, source: 'third'}

/** What every store that keeps something does. `makePlace` is called before each test. */
export function memoryContract(makePlace: () => Promise<MemoryPlace>): void {
  let place: MemoryPlace
  const opened: MemoryStore[] = []
  const open = (watch?: string) => {
    const store = place.open(watch)
    opened.push(store)
    return store
  }
  beforeEach(async () => {
    place = await makePlace()
  })
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close()
    await place[Symbol.asyncDispose]()
  })

  const keep = async (memory: Memory) => {
    const store = open()
    return versionOf(await store.save(memory, await loadVersion(store), never))
  }
  const kept = async () => {
    const loaded = await open().load(never)
    return loaded.state === 'loaded' ? loaded.memory : loaded
  }

  it('keeps, and says where', () => {
    const {keeps, description} = open()
    expect([keeps, description]).toStrictEqual([true, expect.stringMatching(/^(file|ConfigMap) \S+$/)])
  })

  it('has nothing at first', async () => {
    expect(await kept()).toBeNull()
    expect(await place.read()).toBeNull()
  })

  it('gives back what it keeps', async () => {
    const version = await keep(first)
    expect(await open().load(never)).toStrictEqual({state: 'loaded', memory: first, version})
  })

  it('saves again and again, with the version of the last save', async () => {
    const store = open()
    let version = await loadVersion(store)
    for (const memory of [first, second, third]) {
      const saved = await store.save(memory, version, never)
      expect(saved).toStrictEqual({state: 'saved', version: expect.any(String), folded: []})
      version = versionOf(saved)
    }
    expect(await kept()).toStrictEqual(third)
  })

  it('names what is folded', async () => {
    const known = first.manifests.get('web')!
    const folded = {fingerprint: 'ff', counts: {added: 1, modified: 2, removed: 3}, firstSeenAt: '2026-11-20T12:00:00Z'}
    const memory = {
      ...memoryOf({}),
      manifests: new Map([
        ['api', known],
        ['web', {...known, entries: new Map(), folded}],
      ]),
    }
    const store = open()
    const saved = await store.save(memory, await loadVersion(store), never)
    expect(saved).toMatchObject({state: 'saved', folded: ['web']})
  })

  it('saves nothing over what it did not load', async () => {
    const [one, other] = [open(), open()]
    const [ofOne, ofOther] = [await loadVersion(one), await loadVersion(other)]
    expect(await other.save(second, ofOther, never)).toMatchObject({state: 'saved'})
    expect(await one.save(first, ofOne, never)).toStrictEqual({state: 'conflict'})
    expect(await kept()).toStrictEqual(second)
  })

  it('saves nothing with an older version of its own', async () => {
    const store = open()
    const older = await loadVersion(store)
    await store.save(first, older, never)
    expect(await store.save(second, older, never)).toStrictEqual({state: 'conflict'})
    expect(await kept()).toStrictEqual(first)
  })

  it('saves after a conflict, once it has loaded what is there', async () => {
    const store = open()
    const older = await loadVersion(store)
    await keep(first)
    expect(await store.save(second, older, never)).toStrictEqual({state: 'conflict'})
    const loaded = await store.load(never)
    expect(loaded).toMatchObject({state: 'loaded', memory: first})
    expect(await store.save(third, versionOf(loaded), never)).toMatchObject({state: 'saved'})
    expect(await kept()).toStrictEqual(third)
  })

  it('lets one of many writers save, and none of the others', async () => {
    await keep(first)
    const writers = Array.from({length: 6}, (_, index) => ({store: open(), memory: {...first, source: `w${index}`}}))
    const versions = await Promise.all(writers.map(({store}) => loadVersion(store)))
    const saved = await Promise.all(
      writers.map(({store, memory}, index) => store.save(memory, versions[index]!, never)),
    )
    const states = saved.map(({state}) => state)
    expect(states.toSorted()).toStrictEqual([...Array<string>(5).fill('conflict'), 'saved'])
    expect(await kept()).toStrictEqual(writers[states.indexOf('saved')]!.memory)
  })

  it('loses no write of many writers that try until they succeed', async () => {
    await keep({...first, mutes: []})
    const keys = ['a', 'b', 'c', 'd', 'e']
    await Promise.all(keys.map(key => addMute(open(), key)))
    const memory = (await kept()) as Memory
    expect(memory.mutes.map(({key}) => key).toSorted()).toStrictEqual(keys)
  })

  it('saves nothing when it is interrupted, and says so', async () => {
    const store = open()
    const version = await loadVersion(store)
    const interrupted = AbortSignal.abort()
    expect(await store.load(interrupted)).toMatchObject({
      state: 'unreachable',
      message: expect.stringContaining('interrupted'),
    })
    expect(await store.save(first, version, interrupted)).toMatchObject({
      state: expect.stringMatching(/^(unreachable|conflict)$/),
    })
    expect(await place.read()).toBeNull()
  })

  describe('with something else there', () => {
    const text = encodeMemory(first, '1.2.3')

    it('refuses the memory of another watch, and leaves it', async () => {
      await keep(first)
      expect(await use(place, open('other'))).toStrictEqual(
        unusable(/^reading the memory in .*: it is the memory of another watch/, /^correct `cluster`/),
      )
    })

    it.each([
      ['a newer version', text.replace('memory/v1', 'memory/v2'), /was written by tazuna-watch 1.2.3 as/, /^run /],
      ['another document', '{"schema":"tazuna-watch/report/v1"}', /it is no memory of tazuna-watch/, / to begin anew$/],
      ['no JSON', 'cluster: prod\n', /it is no JSON/, / to begin anew$/],
      ['an empty text', '', /it is empty/, / to begin anew$/],
      ['another State key', text.replace('shop/a', 'shop/b'), /its checksum is wrong/, / to begin anew$/],
    ])('refuses %s, and leaves it', async (_what, text, message, hint) => {
      await place.write(text)
      expect(await use(place, open())).toStrictEqual(unusable(message, hint))
    })

    it.each([0, 1, 10, 0.25, 0.5, 0.75, -10, -2, -1])('refuses what was cut at %d, and leaves it', async at => {
      await keep(first)
      const whole = (await place.read())!
      // the file ends in a line feed, which is not part of the document
      const end = whole.at(-1) === 10 ? whole.length - 1 : whole.length
      const cut = at < 0 ? end + at : at < 1 ? Math.floor(end * at) : at
      await place.damage(whole.subarray(0, cut))
      expect(await use(place, open())).toStrictEqual(unusable(/./, / to begin anew$/))
    })

    it('refuses what has a flipped bit, and leaves it', async () => {
      await keep(first)
      const whole = (await place.read())!
      const results: unknown[] = []
      const step = Math.ceil(whole.length / 40)
      for (let at = 0; at < whole.length - 1; at += step) {
        const flipped = Buffer.from(whole)
        flipped[at]! ^= 1 << (at % 8)
        await place.damage(flipped)
        const loaded = await open().load(never)
        results.push(loaded.state === 'loaded' ? loaded.memory : loaded.state)
      }
      // what says nothing of the content, such as the time in the header of gzip, may change
      const unnoticed = results.filter(result => result !== 'unusable')
      expect(unnoticed).toStrictEqual(unnoticed.map(() => first))
      expect(unnoticed.length).toBeLessThan(4)
      await place.damage(whole)
      expect(await kept()).toStrictEqual(first)
    })
  })
}

const now = '2026-11-20T12:00:00Z'

function versionOf(result: Loaded | Saved): Version {
  if (result.state === 'loaded' || result.state === 'saved') return result.version
  throw new Error(result.state === 'conflict' ? 'conflict' : result.message)
}

async function loadVersion(store: MemoryStore): Promise<Version> {
  return versionOf(await store.load(never))
}

function mute(key: string): Mute {
  return {key, reason: '', createdAt: now, until: now, content: null}
}

/** What comes of loading, and of saving as if nothing were there; whether that left what is there. */
async function use(place: MemoryPlace, store: MemoryStore) {
  const before = await place.read()
  const loaded = await store.load(never)
  const {state} = await store.save(second, null, never)
  const after = await place.read()
  return {loaded, saved: state === 'saved', isLeft: before !== null && after?.equals(before) === true}
}

function unusable(message: RegExp, hint: RegExp) {
  const loaded = {state: 'unusable', message: expect.stringMatching(message), hint: expect.stringMatching(hint)}
  return {loaded, saved: false, isLeft: true}
}

/** As a run does: after a conflict it loads again. */
async function addMute(store: MemoryStore, key: string): Promise<void> {
  for (;;) {
    const loaded = await store.load(never)
    if (loaded.state !== 'loaded') throw new Error(loaded.message)
    const {memory, version} = loaded
    const saved = await store.save({...memory!, mutes: [...memory!.mutes, mute(key)]}, version, never)
    if (saved.state === 'saved') return
    if (saved.state !== 'conflict') throw new Error(saved.message)
  }
}

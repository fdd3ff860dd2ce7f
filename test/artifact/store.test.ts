import {execFileSync} from 'node:child_process'
import {
  appendFile,
  chmod,
  lstat,
  mkdir,
  readdir,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {openStore} from '../../src/artifact/store.ts'
import type {StoredDescriptor} from '../support/fake-registry.ts'
import {file, folder} from '../support/tar.ts'
import {addArtifact, addFileLayer, addFolderLayer, imageManifest, indexType, manifestType} from './artifact-builder.ts'
import {openStoreWorld, type StoreWorld} from './store-world.ts'

const tree = {'tazuna.yaml': '644 x\n', web: '755 folder', 'web/a.yaml': '644 y\n'}
const toName = (digest: string) => digest.replace(':', '-')

let store: StoreWorld
let layers: StoredDescriptor[]
let digest: string
beforeEach(async () => {
  store = await openStoreWorld()
  const {registry} = store.world
  const web = addFolderLayer(registry, 'web', [folder('web/'), file('web/a.yaml', 'y\n')])
  layers = [addFileLayer(registry, 'tazuna.yaml', 'x\n'), web]
  digest = addArtifact(registry, layers).digest
})
afterEach(() => store[Symbol.asyncDispose]())

const whole = () => [
  'HEAD manifests/prod',
  `GET manifests/${digest}`,
  ...layers.map(layer => `GET blobs/${layer.digest}`),
]

/** Another artifact under the same tag. */
const push = (content: string) =>
  addArtifact(store.world.registry, [addFileLayer(store.world.registry, 'tazuna.yaml', content)]).digest

describe('a pull with a store', () => {
  it('fetches an artifact once, and then only asks for the tag', async () => {
    expect(await store.pull()).toEqual({digest, tree, calls: whole(), troubles: []})
    expect(await store.pull()).toEqual({digest, tree, calls: ['HEAD manifests/prod'], troubles: []})
    expect(await store.world.leftovers()).toEqual([])
  })

  it('asks nobody for a digest that it has', async () => {
    await store.pull()
    expect(await store.pull({suffix: `:other@${digest}`})).toMatchObject({tree, calls: []})
  })

  it('fetches what the tag names now, and knows the one before', async () => {
    await store.pull()
    const next = push('z\n')
    expect((await store.pull()).calls).toEqual([
      'HEAD manifests/prod',
      `GET manifests/${next}`,
      expect.stringMatching(/^GET blobs/) as unknown,
    ])
    addArtifact(store.world.registry, layers)
    expect(await store.pull()).toMatchObject({digest, tree, calls: ['HEAD manifests/prod']})
  })

  it('keeps the bytes as they came, for its owner only', async () => {
    await store.pull()
    const entry = join(store.cache, toName(digest))
    expect(await readdir(store.cache)).toEqual([toName(digest)])
    expect((await readdir(entry)).toSorted()).toEqual(
      [digest, ...layers.map(layer => layer.digest)].map(toName).toSorted(),
    )
    for (const path of [store.cache, entry]) expect((await lstat(path)).mode & 0o777).toBe(0o700)
  })

  it('keeps the three that were used last', async () => {
    const digests: string[] = []
    for (const [index, content] of ['a', 'b', 'c', 'd'].entries()) {
      digests.push(push(content))
      await store.pull({now: Date.now() + index * 1000})
      if (index === 2) await store.pull({suffix: `@${digests[0]}`, now: Date.now() + 2500})
    }
    const kept = [digests[0], digests[2], digests[3]].map(one => toName(one!))
    expect((await readdir(store.cache)).toSorted()).toEqual(kept.toSorted())
  })

  it('keeps an index with its image manifest', async () => {
    const {registry} = store.world
    const {mediaType: _, ...bare} = imageManifest(layers)
    const child = registry.addManifest(bare, manifestType)
    registry.addManifest({schemaVersion: 2, manifests: [child]}, indexType, 'prod')
    await store.pull()
    expect(await store.pull()).toMatchObject({tree, calls: ['HEAD manifests/prod'], troubles: []})
  })

  it('trusts no form that could be an index or an image manifest', async () => {
    const {registry} = store.world
    const {mediaType: _, ...bare} = {...imageManifest(layers), manifests: []}
    const both = registry.addManifest(bare, manifestType, 'prod')
    await store.pull()
    const {calls, troubles} = await store.pull()
    expect(calls).toEqual(['HEAD manifests/prod', `GET manifests/${both.digest}`])
    expect(troubles).toHaveLength(1)
  })

  it('keeps nothing of what is refused', async () => {
    const {registry} = store.world
    addArtifact(registry, [addFolderLayer(registry, 'web', [file('web/../../x')])])
    await expect(store.pull()).rejects.toMatchObject({code: 'ARTIFACT_UNSAFE_ENTRY'})
    expect(await readdir(store.cache)).toEqual([])
  })
})

const answer = (...answers: Parameters<StoreWorld['world']['registry']['answer']>[1][]) =>
  store.world.registry.answer('manifests/prod', ...answers)

describe('asking for the tag', () => {
  it.each([400, 403, 405, 501])('goes on with GET when HEAD is answered %i', async status => {
    await store.pull()
    answer({status}, null)
    expect(await store.pull()).toEqual({
      digest,
      tree,
      calls: ['HEAD manifests/prod', 'GET manifests/prod'],
      troubles: [],
    })
  })

  it('goes on with GET when HEAD does not say the digest, or says nonsense', async () => {
    await store.pull()
    const right = {'content-type': manifestType}
    for (const headers of [right, {...right, 'docker-content-digest': '../../x'}]) {
      answer({headers}, null)
      expect((await store.pull()).calls).toEqual(['HEAD manifests/prod', 'GET manifests/prod'])
    }
  })

  it.each([
    [404, 'ARTIFACT_NOT_FOUND'],
    [429, 'ARTIFACT_RATE_LIMITED'],
  ])('ends with HEAD when that is answered %i', async (status, code) => {
    await store.pull()
    answer({status, headers: {'retry-after': '3600'}})
    await expect(store.pull()).rejects.toMatchObject({code})
    expect(store.world.registry.paths().slice(4)).toEqual(['manifests/prod'])
  })

  it('stays with what HEAD said when the tag moves right after it', async () => {
    const pulled = await store.pull({
      onCall(call) {
        if (call.startsWith('GET manifests/')) push('moved\n')
      },
    })
    expect(pulled).toMatchObject({digest, tree, calls: whole()})
    expect((await store.pull()).tree).toEqual({'tazuna.yaml': '644 moved\n'})
  })

  it('does not take a digest that the registry cannot show', async () => {
    const absent = `sha256:${'0'.repeat(64)}`
    answer({with: {'docker-content-digest': absent}}, null)
    await expect(store.pull()).rejects.toMatchObject({code: 'ARTIFACT_NOT_FOUND'})
  })
})

const entry = () => join(store.cache, toName(digest))
const path = (of: string) => join(entry(), toName(of))

describe('a store that somebody was at', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    ['a layer that was changed', () => writeFile(path(layers[0]!.digest), 'y\n'), 'ARTIFACT'],
    ['a layer that is longer', () => appendFile(path(layers[1]!.digest), 'more'), 'ARTIFACT'],
    ['a layer that is shorter', () => truncate(path(layers[1]!.digest), 20), 'ARTIFACT'],
    ['a layer that is empty, as after a power cut', () => truncate(path(layers[1]!.digest), 0), 'ARTIFACT'],
    ['a manifest that was changed', () => appendFile(path(digest), ' '), 'ARTIFACT'],
    ['a manifest that is no text', () => writeFile(path(digest), Buffer.of(0xff)), 'ARTIFACT'],
    ['two files that changed places', () => rename(path(layers[1]!.digest), path(layers[0]!.digest)), 'ARTIFACT'],
  ])('is noticed and mended: %s', async (_, damage) => {
    await store.pull()
    await damage()
    const {calls, troubles, ...rest} = await store.pull()
    expect(rest).toEqual({digest, tree})
    expect(calls.length).toBeGreaterThan(1)
    expect(troubles[0]).toMatch(/^the cache CACHE is damaged, fetching again: pulling oci:/)
    expect(await store.pull()).toEqual({digest, tree, calls: ['HEAD manifests/prod'], troubles: []})
  })

  it.each<[string, () => Promise<unknown>]>([
    ['a symbolic link to the right bytes', () => replaceByLink(path(layers[0]!.digest))],
    ['a folder', () => rm(path(layers[0]!.digest)).then(() => mkdir(path(layers[0]!.digest)))],
    ['a fifo', () => rm(path(layers[0]!.digest)).then(() => execFileSync('mkfifo', [path(layers[0]!.digest)]))],
  ])('is not read where a file became %s', async (_, damage) => {
    await store.pull()
    await damage()
    const {calls, troubles, ...rest} = await store.pull()
    expect(rest).toEqual({digest, tree})
    expect(calls).toEqual(['HEAD manifests/prod', `GET blobs/${layers[0]!.digest}`])
    expect(troubles).toHaveLength(1)
    expect((await store.pull()).calls).toEqual(['HEAD manifests/prod'])
  })

  it.each<[string, () => Promise<unknown>]>([
    ['a file was added', () => writeFile(join(entry(), 'tazuna.yaml'), 'evil\n')],
    ['modes were changed', () => Promise.all([chmod(path(digest), 0o777), chmod(path(layers[0]!.digest), 0o666)])],
  ])('gives the same tree when %s', async (_, change) => {
    await store.pull()
    await change()
    expect(await store.pull()).toEqual({digest, tree, calls: ['HEAD manifests/prod'], troubles: []})
  })

  it('fetches what is missing, and nothing else', async () => {
    await store.pull()
    await rm(path(layers[1]!.digest))
    expect(await store.pull()).toMatchObject({tree, calls: ['HEAD manifests/prod', `GET blobs/${layers[1]!.digest}`]})
    expect((await store.pull()).calls).toEqual(['HEAD manifests/prod'])
  })

  it.each([
    ['the one that fetched', 0],
    ['one that had it from here', 1],
  ])('cannot be poisoned by a run: not by %s', async (_, before) => {
    for (let round = 0; round < before; round += 1) await store.pull()
    const opened = await openStore({folder: store.cache, now: Date.now, onNote: () => undefined})
    await using artifact = await store.world.pull(':prod', {store: opened})
    expect(artifact.folder.startsWith(store.cache)).toBe(false)
    await writeFile(join(artifact.folder, 'tazuna.yaml'), 'evil\n')
    await writeFile(join(artifact.folder, 'web', 'more.yaml'), 'evil\n')
    expect(await store.pull()).toEqual({digest, tree, calls: ['HEAD manifests/prod'], troubles: []})
  })

  it('leaves what other programs and runs of now have there, and removes what killed runs left', async () => {
    await store.pull()
    const [fresh, stale] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002']
    for (const name of [`.new-${fresh}`, `.new-${stale}`, `.old-${stale}`, 'lost+found', 'sha256-abc']) {
      await mkdir(join(store.cache, name))
    }
    const longAgo = new Date(Date.now() - 3_600_000)
    for (const name of [`.new-${stale}`, `.old-${stale}`]) await utimes(join(store.cache, name), longAgo, longAgo)
    await store.pull()
    expect((await readdir(store.cache)).toSorted()).toEqual(
      [`.new-${fresh}`, 'lost+found', 'sha256-abc', toName(digest)].toSorted(),
    )
  })
})

describe('a store that cannot be used', () => {
  it('fails no pull when a file is in its place', async () => {
    await mkdir(join(store.cache, '..'))
    await writeFile(store.cache, '')
    const {calls, troubles, ...rest} = await store.pull()
    expect(rest).toEqual({digest, tree})
    expect(calls).toEqual(whole())
    expect(troubles).toEqual([
      expect.stringMatching(/^using the cache CACHE: ENOTDIR: .+; the run goes on without it$/),
    ])
  })

  it.each(['/proc/none/cache', '/sys/none'])('fails no pull when its folder cannot be made: %s', async folder => {
    const {troubles, ...rest} = await store.pull({folder})
    expect(rest).toMatchObject({digest, tree})
    expect(troubles).toEqual([expect.stringMatching(/^using the cache CACHE: /)])
  })
})

describe('several pulls at once on one store', () => {
  it('all have the right tree, and leave one whole entry', async () => {
    for (let round = 0; round < 5; round += 1) {
      const content = `round ${round}\n`
      push(content)
      const pulls = await Promise.all(Array.from({length: 6}, () => store.pull()))
      expect(pulls.map(pull => pull.tree)).toEqual(pulls.map(() => ({'tazuna.yaml': `644 ${content}`})))
      expect(pulls.flatMap(pull => pull.troubles)).toEqual([])
      expect((await store.pull()).calls).toEqual(['HEAD manifests/prod'])
    }
    expect((await readdir(store.cache)).filter(name => name.startsWith('.'))).toEqual([])
  })
})

async function replaceByLink(path: string): Promise<void> {
  const target = `${path}-elsewhere`
  await rename(path, target)
  await symlink(target, path)
}

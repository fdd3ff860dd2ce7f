import {createHash} from 'node:crypto'
import {mkdtemp, readFile, readdir, rm} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'

import {skopeoCopy, skopeoPath} from '../support/skopeo.ts'
import {readTree} from './read-tree.ts'
import {canPush, openShapesWorld, type ShapesWorld} from './shapes-world.ts'

const layouts = fileURLToPath(new URL('../fixtures/oci', import.meta.url))

describe.skipIf(!canPush || skopeoPath === null)('an artifact that skopeo copies', () => {
  let [from, to]: ShapesWorld[] = []
  let home: string
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'tw-skopeo-'))
    ;[from, to] = await Promise.all([openShapesWorld(), openShapesWorld()])
    await from.write({'tazuna.yaml': 'manifests: []\n', 'web/base/map.yaml': 'b: 2\n'})
    await from.push('oras', 'tazuna.yaml', 'web')
    await from.push('dot', './')
    await from.push('old', '--image-spec', 'v1.0', 'tazuna.yaml')
  })
  afterAll(async () => {
    await Promise.all([from?.[Symbol.asyncDispose](), to?.[Symbol.asyncDispose]()])
    await rm(home, {recursive: true, force: true})
  })

  it.each(['oras', 'dot', 'old'])('from registry to registry is the same to us: %s', async tag => {
    await skopeoCopy(`docker://${from!.ref(tag)}`, `docker://${to!.ref(tag)}`, home)
    await using one = await from!.pull(tag)
    await using two = await to!.pull(tag)
    expect(two.digest).toBe(one.digest)
    const tree = await readTree(one.folder)
    expect(await readTree(two.folder)).toEqual(tree)
    expect(tree['tazuna.yaml']).toBe('644 manifests: []\n')
  })

  it('into a folder has the bytes whose digest we report', async () => {
    const folder = join(home, 'dir')
    await skopeoCopy(`docker://${from!.ref('oras')}`, `dir:${folder}`, home)
    await using artifact = await from!.pull('oras')
    const manifest = await readFile(join(folder, 'manifest.json'))
    expect(`sha256:${createHash('sha256').update(manifest).digest('hex')}`).toBe(artifact.digest)
    const names = await readdir(folder)
    const {layers} = JSON.parse(manifest.toString()) as {layers: {digest: string}[]}
    expect(names).toEqual(expect.arrayContaining(layers.map(({digest}) => digest.slice('sha256:'.length))))
  })

  it.each(['oras-files', 'oras-dot', 'flux'])('from a layout on disk keeps its digest: %s', async name => {
    const layout = join(layouts, name)
    await skopeoCopy(`oci:${layout}:prod`, `docker://${to!.ref(name)}`, home)
    const {manifests} = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as {
      manifests: {digest: string}[]
    }
    await using artifact = await to!.pull(name)
    expect(artifact).toMatchObject({digest: manifests[0]!.digest, files: 6, bytes: 819})
  })
})

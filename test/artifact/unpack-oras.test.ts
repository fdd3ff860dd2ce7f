import fc from 'fast-check'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'

import {startDockerRegistry, type DockerRegistry} from '../support/docker-registry.ts'
import {requireExecutable} from '../support/executables.ts'
import {oras, orasPath} from '../support/oras.ts'
import {tempDir} from '../support/temp-dir.ts'
import {openPullWorld, type PullWorld} from './pull-world.ts'
import {randomTree, withPlainModes, writeTree, type RandomTree} from './random-tree.ts'
import {readTree} from './read-tree.ts'

const registryPath = requireExecutable('docker-registry', 'apt install docker-registry')

/** Go leaves a NUL and a slash in the header of such a name, and writes the whole name in front of it. */
const nameThatGoCuts: RandomTree = {
  files: [{path: `a/${'n'.repeat(92)}/.../${'設'.repeat(40)}/a`, content: '', mode: 0o644}],
  folders: [],
}

describe.skipIf(registryPath === null || orasPath === null)('a tree that the real oras pushed', () => {
  let registry: DockerRegistry
  let world: PullWorld
  beforeAll(async () => {
    registry = await startDockerRegistry(registryPath!)
    world = await openPullWorld()
  })
  afterAll(async () => {
    await world[Symbol.asyncDispose]()
    await registry[Symbol.asyncDispose]()
  })

  it.each([
    ['file by file, and folder by folder', topsOf],
    ['as one folder', () => ['./']],
  ])('comes as it was, without its modes: %s', {timeout: 120_000}, async (_, namesOf) => {
    await fc.assert(
      fc.asyncProperty(randomTree({long: true}), async tree => {
        await using dir = await tempDir()
        await writeTree(tree, dir.path)
        const reference = `${registry.host}/acme/config:prod`
        const names = namesOf(tree)
        await oras(['push', '--plain-http', reference, ...names], {cwd: dir.path, env: {HOME: '/nonexistent'}})
        await using artifact = await world.pull('', {reference: `oci://${reference}`})
        expect(await readTree(artifact.folder)).toEqual(withPlainModes(await readTree(dir.path)))
        expect(artifact.files).toBe(tree.files.length)
      }),
      {numRuns: 20, examples: [[nameThatGoCuts]]},
    )
  })
})

/** What stands at the top, each as an argument of its own. */
function topsOf({files, folders}: RandomTree): string[] {
  const tops = [...files.map(({path}) => path), ...folders].map(path => path.split('/', 1)[0]!)
  // what begins with a dash would be an option
  return [...new Set(tops)].map(top => `./${top}`)
}

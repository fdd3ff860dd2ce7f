import {randomUUID} from 'node:crypto'
import {lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'

import {attemptOf} from '../../src/artifact/attempt.ts'
import {defaultLimits} from '../../src/artifact/limits.ts'
import {unpack} from '../../src/artifact/unpack.ts'
import {digestOf} from '../support/fake-registry.ts'
import {requireThat, type FuzzTarget} from './fuzz-target.ts'
import {makeLayer} from './make-archive.ts'

const limits = {...defaultLimits, file: 100_000, extracted: 1_000_000}
const canary = 'not to be touched'

/** A layer as it lies on the disk, unpacked into a folder of `root` for real. Beside it lies a file that must stay. */
export function layerTarget(root: string): FuzzTarget<Buffer> {
  return {
    name: 'layer',
    makeInput: makeLayer,
    async check(layer) {
      const place = join(root, randomUUID())
      const folder = join(place, 'tree')
      mkdirSync(folder, {recursive: true})
      const [blob, bird] = [join(place, 'blob'), join(place, 'canary')]
      writeFileSync(blob, layer)
      writeFileSync(bird, canary)
      const descriptor = {mediaType: 'x', digest: digestOf(layer), size: layer.length}
      try {
        const attempt = attemptOf('pulling oci://registry.example/acme/config:prod')
        const {signal} = new AbortController()
        const planned = [{descriptor, kind: 'tar', path: '', contentDigest: null}] as const
        await unpack(planned, {fileOf: () => blob, folder, limits, attempt, signal})
      } finally {
        requireThat(readFileSync(bird, 'utf8') === canary, 'what lies beside is not changed')
        requireThat(readdirSync(place).toSorted().join() === 'blob,canary,tree', 'nothing is made beside')
        requirePlain(folder)
        rmSync(place, {recursive: true})
      }
    },
  }
}

/** Files that nobody can run, folders, and nothing else. */
function requirePlain(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const stats = lstatSync(path)
    const mode = stats.mode & 0o7777
    if (stats.isDirectory()) requirePlain(path)
    requireThat(stats.isDirectory() ? mode === 0o755 : stats.isFile() && mode === 0o644, `${name} is plain`)
  }
}

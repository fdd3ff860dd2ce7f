import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs'
import {join} from 'node:path'

import {WatchError, errorText} from '../errors.ts'
import {parseDigest, toFileName} from './digest.ts'
import {indexTypes, manifestTypes} from './image-manifest.ts'
import {defaultLimits} from './limits.ts'
import {abortError} from './network-error.ts'
import {isSystemError} from './store-error.ts'
import type {Registry, RegistryAnswer, RegistryRequest} from './registry.ts'

/** Told of what came from the registry all the same; `problem` is what is wrong with the kept one, if there was one. */
export type OnMissing = (problem: string | null) => void

/**
 * A registry with kept files in front of it. Only what is asked by digest is looked for; whoever takes an answer checks
 * it, and a file that does not pass is the same as none.
 */
export function keptFirst(registry: Registry, folder: string, onMissing: OnMissing): Registry {
  return {
    async get(request, take) {
      const name = fileOf(request)
      if (name === null) return await registry.get(request, take)
      let problem: string | null = null
      try {
        return await takeKept(join(folder, name), request, take)
      } catch (error) {
        if (request.signal.aborted || !(error instanceof WatchError || isSystemError(error))) throw error
        if (!isSystemError(error) || error.code !== 'ENOENT') problem = errorText(error)
      }
      onMissing(problem)
      return await registry.get(request, take)
    },
  }
}

function fileOf({path, method}: RegistryRequest): string | null {
  const [, digest = ''] = /^(?:manifests|blobs)\/(.+)$/.exec(path) ?? []
  return method === 'HEAD' || parseDigest(digest) === null ? null : toFileName(digest)
}

/** A link, or what is no file at all, could lead elsewhere or never end. */
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

async function takeKept<T>(path: string, request: RegistryRequest, take: (answer: RegistryAnswer) => Promise<T>) {
  const {attempt} = request
  const file = openSync(path, flags)
  try {
    if (!fstatSync(file).isFile()) throw attempt.error('ARTIFACT_STORE_IO', 'it is no file')
    const body = readKept(file, request)
    if (request.path.startsWith('blobs/')) return await take({headers: {}, body})
    const bytes = await readAll(body)
    return await take({headers: {'content-type': typeOf(bytes) ?? ''}, body: toBody(bytes)})
  } finally {
    closeSync(file)
  }
}

const readSize = 256 * 1024

/** As a registry would send it. Reading is synchronous, as writing is: a piece takes less than a way to a thread. */
async function* readKept(file: number, {signal, attempt}: RegistryRequest): AsyncGenerator<Buffer> {
  for (;;) {
    if (signal.aborted) throw abortError(signal, attempt)
    const piece = Buffer.allocUnsafe(readSize)
    const size = readSync(file, piece)
    if (size === 0) return
    yield piece.subarray(0, size)
    await Promise.resolve()
  }
}

/** Of a document; one that is too long is cut, and so is not what it was. */
async function readAll(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of body) {
    pieces.push(piece)
    size += piece.length
    if (size > defaultLimits.manifest) break
  }
  return Buffer.concat(pieces)
}

async function* toBody(bytes: Buffer): AsyncGenerator<Buffer> {
  await Promise.resolve()
  yield bytes
}

/** What the registry called it, which is not kept: it stands in the bytes, and where it does not, their form leaves one. */
function typeOf(bytes: Buffer): string | null {
  let json: unknown
  try {
    json = JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
  if (typeof json !== 'object' || json === null) return null
  if ('mediaType' in json) return typeof json.mediaType === 'string' ? json.mediaType : null
  if ('manifests' in json === 'config' in json) return null
  return 'config' in json ? manifestTypes[0] : indexTypes[0]
}

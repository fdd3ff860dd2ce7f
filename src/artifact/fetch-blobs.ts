import {createHash} from 'node:crypto'
import {closeSync, openSync} from 'node:fs'

import type {Attempt} from './attempt.ts'
import {finishDigest, parseDigest} from './digest.ts'
import type {Descriptor} from './image-manifest.ts'
import type {Registry, RegistryAnswer} from './registry.ts'
import {toStoreError} from './store-error.ts'
import {writeBehind, type WriteBehind} from './write-behind.ts'

export type FetchBlobsOptions = {
  readonly registry: Registry
  /** Where the blob of a digest goes. */
  readonly fileOf: (digest: string) => string
  readonly attempt: Attempt
  readonly signal: AbortSignal
  readonly onProgress: (done: {bytes: number; totalBytes: number}) => void
}

const atATime = 3

/** Fetches each blob once, into a file of the private folder. The first failure ends the others. */
export async function fetchBlobs(blobs: readonly Descriptor[], options: FetchBlobsOptions): Promise<void> {
  const unique = uniqueBlobs(blobs, options.attempt)
  const totalBytes = unique.reduce((sum, blob) => sum + blob.size, 0)
  let bytes = 0
  const onBytes = (count: number) => options.onProgress({bytes: (bytes += count), totalBytes})
  const failed = new AbortController()
  const signal = AbortSignal.any([options.signal, failed.signal])
  const queue = unique.values()
  const failures: unknown[] = []
  async function work(): Promise<void> {
    for (const blob of queue) {
      try {
        await fetchBlob(blob, {...options, signal}, onBytes)
      } catch (error) {
        failures.push(error)
        failed.abort()
        return
      }
    }
  }
  await Promise.all(Array.from({length: atATime}, work))
  if (failures.length > 0) throw failures[0]
}

function uniqueBlobs(blobs: readonly Descriptor[], attempt: Attempt): Descriptor[] {
  const unique = new Map<string, Descriptor>()
  for (const blob of blobs) {
    if ((unique.get(blob.digest)?.size ?? blob.size) !== blob.size) {
      throw attempt.error('ARTIFACT_SIZE_MISMATCH', `two layers are ${blob.digest}, with different sizes`)
    }
    unique.set(blob.digest, blob)
  }
  return [...unique.values()]
}

async function fetchBlob(blob: Descriptor, options: FetchBlobsOptions, onBytes: (count: number) => void) {
  const {registry, signal} = options
  const attempt = options.attempt.step(`fetching layer ${blob.digest}`)
  const request = {path: `blobs/${blob.digest}`, attempt, signal}
  await registry.get(request, answer => storeBlob(blob, answer, {...options, attempt}, onBytes))
}

/** Size first, then digest; nothing is allocated by the size that the image manifest claims. */
async function storeBlob(
  blob: Descriptor,
  {body}: RegistryAnswer,
  {fileOf, attempt}: FetchBlobsOptions,
  onBytes: (count: number) => void,
): Promise<void> {
  const wrongSize = (size: string) =>
    attempt.error('ARTIFACT_SIZE_MISMATCH', `it has ${size} bytes, the image manifest says ${blob.size}`)
  let size = 0
  let isStored = false
  let descriptor: number | null = null
  let file: WriteBehind | null = null
  try {
    // a try before this one may have left a piece
    descriptor = openSync(fileOf(blob.digest), 'w', 0o644)
    file = writeBehind(descriptor)
    const {algorithm} = parseDigest(blob.digest)!
    const hash = createHash(algorithm)
    for await (const chunk of body) {
      size += chunk.length
      onBytes(chunk.length)
      if (size > blob.size) throw wrongSize(`more than ${blob.size}`)
      hash.update(chunk)
      const written = file.write(chunk)
      if (written !== undefined) await written
    }
    await file.end()
    if (size !== blob.size) throw wrongSize(String(size))
    const digest = finishDigest(hash, algorithm)
    if (digest !== blob.digest) throw attempt.error('ARTIFACT_DIGEST_MISMATCH', `the bytes that came are ${digest}`)
    isStored = true
  } catch (error) {
    throw toStoreError(error, attempt)
  } finally {
    await file?.settle()
    if (descriptor !== null) closeSync(descriptor)
    if (!isStored) onBytes(-size)
  }
}

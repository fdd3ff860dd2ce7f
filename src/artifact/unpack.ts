import {createHash} from 'node:crypto'

import {archiveReader} from './archive-reader.ts'
import type {Attempt} from './attempt.ts'
import {finishDigest, parseDigest} from './digest.ts'
import {noArchive, type PlannedLayer} from './layout.ts'
import type {Limits} from './limits.ts'
import {oneLine} from '../one-line.ts'
import {abortError} from './network-error.ts'
import {readDecompressed} from './read-blob.ts'
import {tooMuch, treeWriter, type TreeWriter} from './tree-writer.ts'

export type UnpackOptions = {
  /** Where the blob of a digest is, with its size and digest checked. */
  readonly fileOf: (digest: string) => string
  /** Empty, and only ours. On an error its content is to be thrown away. */
  readonly folder: string
  readonly limits: Limits
  readonly attempt: Attempt
  readonly signal: AbortSignal
}

/** What was made. `bytes` are of the files, unpacked. */
export type Unpacked = {readonly files: number; readonly bytes: number}

type LayerContext = {
  readonly layer: PlannedLayer
  readonly file: string
  /** No other layer is the same blob. */
  readonly isOnly: boolean
  readonly tree: TreeWriter
  readonly limits: Limits
  /** Adds to the bytes that came out of all decompressors. */
  readonly countBytes: (count: number, attempt: Attempt) => void
  readonly attempt: Attempt
  readonly signal: AbortSignal
}

/** Makes one tree of all layers, one after the other, under limits for all of them together. */
export async function unpack(layers: readonly PlannedLayer[], options: UnpackOptions): Promise<Unpacked> {
  const {fileOf, folder, limits, signal} = options
  const tree = treeWriter(folder, limits)
  let extracted = 0
  const countBytes = (count: number, attempt: Attempt) => {
    extracted += count
    if (extracted > limits.extracted) throw tooMuch(limits, attempt)
  }
  try {
    for (const layer of layers) {
      const {digest} = layer.descriptor
      const attempt = options.attempt.step(`unpacking layer ${digest}`)
      const isOnly = layers.every(other => other === layer || other.descriptor.digest !== digest)
      const context = {layer, file: fileOf(digest), isOnly, tree, limits, countBytes, attempt, signal}
      if (signal.aborted) throw abortError(signal, attempt)
      if (layer.kind === 'tar') await unpackTar(context)
      else placeFile(context)
    }
    return {files: tree.files, bytes: tree.bytes}
  } finally {
    tree.close()
  }
}

async function unpackTar(context: LayerContext): Promise<void> {
  const {layer, file, tree, limits, countBytes, attempt, signal} = context
  const reader = archiveReader({path: layer.path, tree, limits, attempt, notTar: () => noArchive(layer, attempt)})
  const digest = layer.contentDigest === null ? null : parseDigest(layer.contentDigest)
  const hash = digest === null ? null : createHash(digest.algorithm)
  const onChunk = (chunk: Buffer) => {
    countBytes(chunk.length, attempt)
    hash?.update(chunk)
    reader.write(chunk)
  }
  await readDecompressed(file, {onChunk, attempt, signal})
  reader.end()
  if (digest === null || hash === null) return
  const actual = finishDigest(hash, digest.algorithm)
  if (actual !== layer.contentDigest) {
    throw attempt.error('ARTIFACT_DIGEST_MISMATCH', `it unpacks to ${actual}, not to ${layer.contentDigest}`)
  }
}

function placeFile({layer, file, isOnly, tree, limits, countBytes, attempt}: LayerContext): void {
  const {size} = layer.descriptor
  if (size > limits.file) {
    const named = `file "${oneLine(layer.path, 200)}"`
    throw attempt.error('ARTIFACT_LIMIT_EXCEEDED', `${named} has ${size} bytes, and ${limits.file} are allowed`)
  }
  countBytes(size, attempt)
  tree.placeFile(layer.path, {from: file, size, mayLink: isOnly}, attempt)
}

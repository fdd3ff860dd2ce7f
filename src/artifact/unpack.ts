import {createHash} from 'node:crypto'

import type {Attempt} from './attempt.ts'
import {finishDigest, parseDigest} from './digest.ts'
import {parseEntryName} from './entry-name.ts'
import type {PlannedLayer} from './layout.ts'
import type {Limits} from './limits.ts'
import {oneLine} from '../one-line.ts'
import {readDecompressed, readPlain} from './read-blob.ts'
import {tarReader, type TarEntry} from './tar-reader.ts'
import {tooMuch, treeWriter, type FileWriter, type TreeWriter} from './tree-writer.ts'

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
      const context = {layer, file: fileOf(digest), tree, limits, countBytes, attempt, signal}
      await (layer.kind === 'tar' ? unpackTar(context) : placeFile(context))
    }
    return {files: tree.files, bytes: tree.bytes}
  } finally {
    tree.close()
  }
}

async function unpackTar(context: LayerContext): Promise<void> {
  const {layer, file, limits, countBytes, attempt, signal} = context
  const notTar = () => attempt.error('ARTIFACT_LAYOUT_INVALID', 'it is no tar archive, nor one in gzip or zstd')
  const reader = tarReader({onEntry: entry => takeEntry(entry, context), notTar, limits, attempt})
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

/** Makes a folder, or a file that is to get its content. */
function takeEntry(entry: TarEntry, {layer, tree, limits, attempt}: LayerContext): FileWriter | null {
  const named = `entry "${oneLine(entry.name, 200)}"`
  const {path, problem} = parseEntryName(entry.name, limits)
  if (path === null) throw attempt.error('ARTIFACT_UNSAFE_ENTRY', `${named}: ${problem}`)
  if (!isBelow(path, layer.path)) {
    throw attempt.error('ARTIFACT_UNSAFE_ENTRY', `${named} is not below the layer's title "${layer.path}"`)
  }
  if (path.split('/').some(component => component.startsWith('.wh.'))) {
    throw attempt.error('ARTIFACT_LAYOUT_INVALID', `${named} deletes another one, as layers of container images do`)
  }
  if (entry.type === '5') {
    tree.addFolder(path, attempt)
    return null
  }
  if (entry.type !== '0') throw attempt.error('ARTIFACT_UNSAFE_ENTRY', `${named} is ${kindText(entry)}`)
  if (path === '') throw attempt.error('ARTIFACT_UNSAFE_ENTRY', `${named}: a file needs a name`)
  if (entry.size > limits.file) {
    throw attempt.error('ARTIFACT_LIMIT_EXCEEDED', `${named} has ${entry.size} bytes, and ${limits.file} are allowed`)
  }
  return tree.addFile(path, entry.isExecutable, attempt)
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`)
}

const kinds: Readonly<Record<string, string>> = {3: 'CharacterDevice', 4: 'BlockDevice', 6: 'FIFO', S: 'SparseFile'}

function kindText({type, linkName}: TarEntry): string {
  const target = oneLine(linkName, 200)
  if (type === '2') return `a symbolic link to "${target}": links are not unpacked`
  if (type === '1') return `a hard link to "${target}": links are not unpacked`
  return `neither a file nor a folder (${kinds[type] ?? oneLine(`type ${type}`)})`
}

async function placeFile({layer, file, tree, countBytes, attempt, signal}: LayerContext): Promise<void> {
  const target = tree.addFile(layer.path, false, attempt)
  const onChunk = (chunk: Buffer) => {
    countBytes(chunk.length, attempt)
    target.write(chunk)
  }
  await readPlain(file, {onChunk, attempt, signal})
  target.close()
}

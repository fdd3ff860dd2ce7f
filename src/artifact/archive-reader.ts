import type {WatchError} from '../errors.ts'
import type {Attempt} from './attempt.ts'
import {parseEntryName} from './entry-name.ts'
import type {Limits} from './limits.ts'
import {oneLine} from '../one-line.ts'
import {tarReader, type TarEntry, type TarReader} from './tar-reader.ts'
import type {FileWriter, TreeWriter} from './tree-writer.ts'

export type ArchiveReaderOptions = {
  /** Checked already: all entries must be it or lie below it; `''` is the root. */
  readonly path: string
  readonly tree: TreeWriter
  readonly limits: Pick<Limits, 'path' | 'component' | 'depth' | 'file' | 'extendedHeader'>
  readonly attempt: Attempt
  /** What it means when it is no tar archive at all. */
  readonly notTar: () => WatchError
}

/**
 * Takes a tar stream and makes its files and folders in a tree. What else an archive may hold is refused: a link could
 * lead what comes after it out of the tree, and nothing that tazuna reads needs a device.
 */
export function archiveReader(options: ArchiveReaderOptions): TarReader {
  const {notTar, limits, attempt} = options
  return tarReader({onEntry: entry => takeEntry(entry, options), notTar, limits, attempt})
}

/** Makes a folder, or a file that is to get its content. */
function takeEntry(entry: TarEntry, {path: root, tree, limits, attempt}: ArchiveReaderOptions): FileWriter | null {
  const named = `entry "${oneLine(entry.name, 200)}"`
  const {path, problem} = parseEntryName(entry.name, limits)
  if (path === null) throw attempt.error('ARTIFACT_UNSAFE_ENTRY', `${named}: ${problem}`)
  if (!isBelow(path, root)) {
    throw attempt.error('ARTIFACT_UNSAFE_ENTRY', `${named} is not below the layer's title "${oneLine(root, 200)}"`)
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
  return tree.addFile(path, attempt)
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

import {readFile} from 'node:fs/promises'

import {WatchError, errorText} from '../errors.ts'

export type Position = {readonly line: number; readonly column: number}

/** A config file as written, and where in it a path of keys and indices stands. */
export type ConfigFile = {
  readonly data: unknown
  /** The place of a key that is not in the schema, or of a value; of what is missing, the place of its parent. */
  locate(path: readonly PropertyKey[], at: 'key' | 'value'): Position
}

/** What names a config file that is not the one that is looked for. */
export type NamedBy = '--config' | 'TAZUNA_WATCH_CONFIG'

/** Reads a YAML file. Throws `CONFIG_INVALID` with every syntax error, its line and column. */
export async function readConfigFile(path: string, shownAs: string, namedBy: NamedBy | null): Promise<ConfigFile> {
  const {parseDocument, LineCounter, isMap, isSeq, isNode, isScalar} = await import('yaml')
  const lineCounter = new LineCounter()
  const document = parseDocument(await readText(path, shownAs, namedBy), {lineCounter, prettyErrors: false})
  if (document.errors.length > 0) {
    const lines = document.errors.map(({pos, message}) => {
      const {line, col} = lineCounter.linePos(pos[0])
      return `${shownAs}:${line}:${col} ${message}`
    })
    throw new WatchError('CONFIG_INVALID', [`reading ${shownAs}: it is not valid YAML`, ...lines].join('\n'), {
      hint: 'correct the YAML at these places',
    })
  }
  return {
    data: readData(() => document.toJS(), shownAs),
    locate(path, at) {
      let node: unknown = document.contents
      let offset = 0
      for (const [depth, key] of path.entries()) {
        const pair = isMap(node)
          ? node.items.find(({key: k}) => isScalar(k) && String(k.value) === String(key))
          : undefined
        const isLast = depth === path.length - 1
        const next: unknown = isMap(node)
          ? isLast && at === 'key'
            ? pair?.key
            : pair?.value
          : isSeq(node)
            ? node.items[Number(key)]
            : undefined
        if (!isNode(next)) break
        node = next
        offset = next.range?.[0] ?? offset
      }
      const {line, col} = lineCounter.linePos(offset)
      return {line, column: col}
    },
  }
}

/** An empty file is an empty config. A word that begins with `*` is an alias in YAML, and mostly meant to be a pattern. */
function readData(read: () => unknown, shownAs: string): unknown {
  try {
    return read() ?? {}
  } catch (error) {
    const message = `reading the config ${shownAs}: ${errorText(error)}`
    throw new WatchError('CONFIG_INVALID', message, {
      cause: error,
      hint: 'quote a pattern that begins with `*`: "*-web"',
    })
  }
}

async function readText(path: string, shownAs: string, namedBy: NamedBy | null): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const name = namedBy === null ? shownAs : `${shownAs}, named by ${namedBy}`
    throw new WatchError('CONFIG_INVALID', `reading the config ${name}: ${whatHappened(error)}`, {
      cause: error,
      hint: hintOf(namedBy),
    })
  }
}

function whatHappened(error: unknown): string {
  const {code} = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file'
  return code === 'EISDIR' ? 'it is a folder, not a file' : errorText(error)
}

function hintOf(namedBy: NamedBy | null): string {
  if (namedBy === null) return 'check that file and its rights'
  return namedBy === '--config' ? 'check the path after --config' : `check the path in ${namedBy}, or unset it`
}

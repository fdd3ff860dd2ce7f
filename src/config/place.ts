import type {ConfigFile} from './file.ts'
import {originOf, type Origins} from './overrides.ts'
import type {Problem} from './rules.ts'

/** Where a config comes from: the file as named, what is in it, and what flags and environment laid over it. */
export type Written = {readonly path: string | null; readonly file: ConfigFile | null; readonly origins: Origins}

/** A problem as one line of text. What does not come from the file is at line 0. */
export type Placed = {readonly line: number; readonly column: number; readonly text: string}

/** `tazuna-watch.yaml:4:18 notifiers[0].webhookUrl: …`, or with the flag or variable in front: `--cluster: cluster: …`. */
export function placed({path: keys, message, isUnknownKey}: Problem, {path, file, origins}: Written): Placed {
  const text = `${keys.length === 0 ? 'the config' : showPath(keys)}: ${message}`
  const origin = originOf(origins, keys)
  if (origin !== null) return {line: 0, column: 0, text: `${origin}: ${text}`}
  if (file === null) return {line: 0, column: 0, text}
  const position = file.locate(keys, isUnknownKey ? 'key' : 'value')
  return {...position, text: `${path}:${position.line}:${position.column} ${text}`}
}

/** `notifiers[0].webhookUrl` */
export function showPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  )
}

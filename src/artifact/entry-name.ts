import type {Limits} from './limits.ts'

/** A safe path relative to the root of the tree, `''` for the root itself; or why there is none. */
export type EntryName =
  | {readonly path: string; readonly problem: null}
  | {readonly path: null; readonly problem: string}

/**
 * Checks a name that somebody else wrote: a tar entry's, or a layer's title. `.` components and slashes at the end are
 * dropped; nothing else is mended.
 */
export function parseEntryName(name: string, limits: Pick<Limits, 'path' | 'component' | 'depth'>): EntryName {
  const problem = wholeProblem(name, limits)
  if (problem !== null) return {path: null, problem}
  const components = name.split('/').filter(component => component !== '' && component !== '.')
  if (components.includes('..')) return {path: null, problem: 'it has a .. component'}
  if (components.length > limits.depth) return {path: null, problem: `it is more than ${limits.depth} folders deep`}
  if (components.some(component => Buffer.byteLength(component) > limits.component)) {
    return {path: null, problem: `a component is longer than ${limits.component} bytes`}
  }
  const path = components.join('/')
  return /^[a-zA-Z]:/.test(path) ? {path: null, problem: 'it begins with a drive letter'} : {path, problem: null}
}

function wholeProblem(name: string, limits: Pick<Limits, 'path'>): string | null {
  if (name === '') return 'it is empty'
  if (name.startsWith('/')) return 'it is absolute'
  if (name.includes('\\')) return 'it has a backslash'
  if (/\p{Cc}/u.test(name)) return 'it has a control character'
  if (name.includes('\uFFFD') || !name.isWellFormed()) return 'it is not UTF-8'
  return Buffer.byteLength(name) > limits.path ? `it is longer than ${limits.path} bytes` : null
}

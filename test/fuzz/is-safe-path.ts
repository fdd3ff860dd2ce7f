import {isAbsolute, resolve} from 'node:path'

/** Whether a path stays below any folder, by other means than the code that makes it. `''` is the folder itself. */
export function isSafePath(path: string, mayBeRoot: boolean): boolean {
  if (path === '') return mayBeRoot
  const isPlain =
    !/[\p{Cc}\\\uFFFD]|^[a-zA-Z]:/u.test(path) && path.split('/').every(part => !['', '.', '..'].includes(part))
  return isPlain && !isAbsolute(path) && resolve('/a/b', path).startsWith('/a/b/')
}

import {join} from 'node:path'

/** Go's `filepath.Join`: cleaned, relative to the working directory as `folder` is, without a slash at the end. */
export function joinPath(folder: string, path: string): string {
  const joined = join(folder, path)
  return joined.length > 1 && joined.endsWith('/') ? joined.slice(0, -1) : joined
}

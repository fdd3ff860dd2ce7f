import {lstat, readFile, readdir} from 'node:fs/promises'
import {join} from 'node:path'

/** A folder as data: path → `MODE folder`, or `MODE TEXT` of a file. Follows no link. */
export async function readTree(folder: string, below = ''): Promise<Record<string, string>> {
  const tree: Record<string, string> = {}
  for (const name of (await readdir(join(folder, below))).toSorted()) {
    const path = below === '' ? name : `${below}/${name}`
    const stats = await lstat(join(folder, path))
    const mode = (stats.mode & 0o7777).toString(8)
    if (stats.isDirectory()) Object.assign(tree, {[path]: `${mode} folder`}, await readTree(folder, path))
    else tree[path] = stats.isFile() ? `${mode} ${await readFile(join(folder, path), 'utf8')}` : `${mode} special`
  }
  return tree
}

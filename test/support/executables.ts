import {createHash} from 'node:crypto'
import {accessSync, constants, existsSync, readFileSync, statSync} from 'node:fs'
import {homedir} from 'node:os'
import {delimiter, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const testFolder = fileURLToPath(new URL('..', import.meta.url))

/**
 * The path of a program that a test needs, or null after one line that says what to install. With `CI` set it throws
 * instead: there nothing may be left out. Use: `describe.skipIf(requireExecutable('promtool', '…') === null)`.
 */
export function requireExecutable(name: string, howToInstall: string): string | null {
  const path = findExecutable(name)
  if (path !== null) return path
  if (process.env['CI']) throw new Error(`${name} is not there: ${howToInstall}`)
  process.stderr.write(`tests with ${name} are left out, it is not there: ${howToInstall}\n`)
  return null
}

/** In the tool cache (the pinned version of the Go module `test/NAME`), else on PATH, else null. */
function findExecutable(name: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(folder => folder !== '')
  const candidates = [...cached(name), ...folders.map(folder => join(folder, name))]
  return candidates.find(isExecutable) ?? null
}

/** As `test/NAME/build.sh` keeps it: `tazuna-watch-tools/NAME/KEY/NAME`, KEY from the module's go.sum. */
function cached(name: string): string[] {
  const goSum = join(testFolder, name, 'go.sum')
  if (!existsSync(goSum)) return []
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  const key = createHash('sha256').update(readFileSync(goSum)).digest('hex').slice(0, 16)
  return [join(cache, 'tazuna-watch-tools', name, key, name)]
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

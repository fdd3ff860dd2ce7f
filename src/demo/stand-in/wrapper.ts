import {mkdir, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

/**
 * Writes an executable `tazuna` into a folder that starts the stand-in, and returns its path. From the sources it
 * starts main.ts, from the bundle its own file; `node` is the executable to run it with. Node's compile cache saves it
 * from stripping types at every start.
 */
export async function writeStandIn(folder: string, node: string): Promise<string> {
  const path = join(folder, 'tazuna')
  const cache = join(tmpdir(), 'node-compile-cache')
  await mkdir(folder, {recursive: true})
  const script = `#!/bin/sh
NODE_COMPILE_CACHE=\${NODE_COMPILE_CACHE:-${quoted(cache)}} exec ${quoted(node)} ${quoted(entry())} "$@"
`
  await writeFile(path, script, {mode: 0o755})
  return path
}

function entry(): string {
  const file = import.meta.url.endsWith('.ts') ? './main.ts' : './stand-in-tazuna.js'
  return fileURLToPath(new URL(file, import.meta.url))
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

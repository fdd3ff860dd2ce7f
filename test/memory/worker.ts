import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {fileURLToPath} from 'node:url'

/** One of the scripts in this folder, as a process of its own. */
export type Worker = AsyncDisposable & {
  /** It waits for this. */
  begin(): void
  /** What it said first. */
  said(): Promise<string>
  kill(): Promise<void>
  /** Its exit code and all that it said. */
  end(): Promise<{code: number | null; stdout: string; stderr: string}>
}

/** Starts `node SCRIPT ARGS`, perhaps with no file longer than `fileLimit` kilobytes. */
export function startWorker(script: string, args: readonly string[], {fileLimit}: {fileLimit?: number} = {}): Worker {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const limit = fileLimit === undefined ? '' : `ulimit -f ${fileLimit}; `
  const child = spawn('/bin/sh', ['-c', `${limit}exec "$0" "$@"`, process.execPath, path, ...args])
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', chunk => (stdout += String(chunk)))
  child.stderr.on('data', chunk => (stderr += String(chunk)))
  const first = once(child.stdout, 'data')
  first.catch(() => undefined)
  const closed = once(child, 'close')
  async function kill(): Promise<void> {
    child.kill('SIGKILL')
    await closed
  }
  return {
    begin: () => void child.stdin.write('\n'),
    said: async () => String((await first)[0]),
    kill,
    async end() {
      const [code] = (await closed) as [number | null]
      return {code, stdout, stderr}
    },
    [Symbol.asyncDispose]: kill,
  }
}

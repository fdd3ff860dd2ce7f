import {spawn, type ChildProcessByStdio} from 'node:child_process'
import {once} from 'node:events'
import type {Readable} from 'node:stream'
import {setTimeout as sleep} from 'node:timers/promises'

import {WatchError} from '../errors.ts'
import {stderrReader, type Stderr} from './stderr.ts'

/** How a child ended. `exitCode` is null when it was killed, by us or by others. */
export type ChildEnd = {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly endedBy: 'itself' | 'timeout' | 'size' | 'cancel'
  readonly stderr: Stderr
}

export type ChildOptions = {
  command: string
  args: readonly string[]
  cwd: string
  env: Readonly<Record<string, string>>
  /** Milliseconds. */
  timeout: number
  /** Ends the child, as the deadline or an interrupt demands. */
  signal: AbortSignal
  /** Bytes of stdout; more end the child. */
  outputLimit: number
  /** Takes stdout piece by piece, decoded. What it throws ends the child and is thrown on. */
  onStdout: (text: string) => void
}

type Child = ChildProcessByStdio<null, Readable, Readable>

const killAfter = 4_000
const pipeGrace = 2_000

/**
 * Runs tazuna in a process group of its own, so that TERM and, 4 s later, KILL reach its children too. Throws
 * `TAZUNA_NOT_FOUND` when it cannot be started, and what `onStdout` throws; every other end is a value.
 */
export async function runChild(options: ChildOptions): Promise<ChildEnd> {
  if (options.signal.aborted) throw notBegun(options)
  const child = await start(options)
  const closed = once(child, 'close')
  const group = processGroup(child.pid, () => {
    child.stdout.destroy()
    child.stderr.destroy()
  })
  let endedBy: ChildEnd['endedBy'] = 'itself'
  const end = (reason: ChildEnd['endedBy']) => {
    if (endedBy === 'itself') endedBy = reason
    group.terminate()
  }
  const timer = setTimeout(end, options.timeout, 'timeout')
  const cancel = () => end(isTimeout(options.signal.reason) ? 'timeout' : 'cancel')
  options.signal.addEventListener('abort', cancel, {once: true})
  if (options.signal.aborted) cancel()
  // once the child is gone, a grandchild that holds the pipes gets a moment, then the group ends
  child.once('exit', () => group.terminateAfter(pipeGrace))
  const stderr = stderrReader()
  const reading = Promise.allSettled([
    readStdout(child.stdout, options, () => end('size')).catch((error: unknown) => {
      // pipes that we let go ourselves end like others: what came is judged by the parser
      if (isStreamEnd(error)) return
      end('cancel')
      throw error
    }),
    stderr.read(child.stderr),
  ])
  try {
    const [exitCode, signal] = (await closed) as [number | null, NodeJS.Signals | null]
    const [stdoutRead] = await reading
    if (stdoutRead.status === 'rejected') throw stdoutRead.reason
    return {exitCode, signal, endedBy, stderr: stderr.end()}
  } finally {
    clearTimeout(timer)
    options.signal.removeEventListener('abort', cancel)
    await group.end()
  }
}

function notBegun({args, signal}: ChildOptions): WatchError {
  const what = `running tazuna ${args.slice(0, 2).join(' ')}`
  return isTimeout(signal.reason)
    ? new WatchError('TAZUNA_TIMED_OUT', `${what}: there is no time left before the deadline`)
    : new WatchError('CANCELLED', `${what}: interrupted`)
}

/** What cannot be started is told by an event; what cannot even be tried (an argument too long, a NUL) is thrown. */
async function start({command, args, cwd, env}: ChildOptions): Promise<Child> {
  try {
    const child = spawn(command, args, {cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true})
    await once(child, 'spawn')
    return child
  } catch (error) {
    throw notStarted(command, (error as NodeJS.ErrnoException).code)
  }
}

async function readStdout(stdout: AsyncIterable<Buffer>, options: ChildOptions, tooLarge: () => void): Promise<void> {
  const decoder = new TextDecoder('utf-8', {fatal: true})
  let size = 0
  for await (const chunk of stdout) {
    size += chunk.length
    if (size > options.outputLimit) {
      tooLarge()
      return
    }
    options.onStdout(decode(decoder, chunk, options))
  }
  // bytes of a cut character at the end belong to a cut line: the parser sees that line unfinished
}

function decode(decoder: TextDecoder, chunk: Buffer, {args}: ChildOptions): string {
  try {
    return decoder.decode(chunk, {stream: true})
  } catch (error) {
    const what = `tazuna ${args.slice(0, 2).join(' ')}`
    throw new WatchError('OUTPUT_UNPARSABLE', `reading the output of ${what}: it is not UTF-8 text`, {cause: error})
  }
}

function notStarted(command: string, code: string | undefined): WatchError {
  const what =
    code === 'ENOENT'
      ? `there is no such program${command.includes('/') ? '' : ' on PATH'}`
      : code === 'EACCES'
        ? 'it is not executable'
        : `it could not be started (${code ?? 'unknown reason'})`
  return new WatchError('TAZUNA_NOT_FOUND', `running ${command}: ${what}`)
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError'
}

function isStreamEnd(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}

function canSignal(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function untilGone(isAlive: () => boolean): Promise<void> {
  const deadline = performance.now() + killAfter
  while (isAlive() && performance.now() < deadline) await sleep(50)
}

/** A group that ignores TERM and has left `pid`'s group could hold the pipes for ever: `letGo` closes our ends. */
function processGroup(pid: number | undefined, letGo: () => void) {
  const timers: NodeJS.Timeout[] = []
  let terminating = false
  const kill = (signal: NodeJS.Signals) => {
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch {
      // the group is gone
    }
  }
  const isAlive = () => pid !== undefined && canSignal(-pid)
  const terminate = () => {
    if (terminating) return
    terminating = true
    kill('SIGTERM')
    timers.push(setTimeout(kill, killAfter, 'SIGKILL'), setTimeout(letGo, killAfter + 1_000))
  }
  return {
    terminate,
    terminateAfter(milliseconds: number) {
      timers.push(setTimeout(terminate, milliseconds))
    },
    /** What was told to end and ignores it is killed, also when it holds no pipe and its parent is gone. */
    async end() {
      if (terminating) await untilGone(isAlive)
      if (terminating) kill('SIGKILL')
      for (const timer of timers) clearTimeout(timer)
    },
  }
}

import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {setTimeout as sleep} from 'node:timers/promises'

import {freePort} from './ports.ts'

export type ServerProcess = {
  /** `127.0.0.1:PORT` */
  readonly host: string
  [Symbol.asyncDispose](): Promise<void>
}

export type ServerOptions = {
  readonly command: string
  readonly args: readonly string[]
  /** Asked until it answers anything at all. */
  readonly readyPath: string
}

/** Milliseconds until a server must answer. */
const startTimeout = 20_000
/** Free ports may be taken by another process before the server has it. */
const attempts = 5

/**
 * Starts a server on a free port of loopback and waits until it answers. `options` gets the host to listen on.
 * Disposing ends this process only, and waits for its end. The server gets no variable of ours.
 */
export async function startServer(options: (host: string) => Promise<ServerOptions>): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const host = `127.0.0.1:${await freePort()}`
    const {command, args, readyPath} = await options(host)
    const running = run(command, args)
    if (await isReady(`http://${host}${readyPath}`, running)) {
      return {host, [Symbol.asyncDispose]: () => stop(running.child)}
    }
    await stop(running.child)
    if (attempt === attempts || !running.output().includes('address already in use')) {
      throw new Error(`starting ${command} on ${host}: it gave no answer\n${running.output()}`)
    }
  }
}

type Running = {readonly child: ChildProcess; readonly output: () => string}

function run(command: string, args: readonly string[]): Running {
  const child = spawn(command, args, {env: {}, stdio: ['ignore', 'ignore', 'pipe']})
  let output = ''
  child.on('error', error => void (output += error.message))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (output = (output + text).slice(-4096)))
  return {child, output: () => output}
}

/** False when the process ended, or the time is up. An answer of another process on the same port does not count. */
async function isReady(url: string, {child}: Running): Promise<boolean> {
  const deadline = performance.now() + startTimeout
  while (performance.now() < deadline && !hasEnded(child)) {
    const answered = await fetch(url).then(
      async answer => (await answer.arrayBuffer()) !== undefined,
      () => false,
    )
    if (answered && !hasEnded(child)) return true
    await sleep(20)
  }
  return false
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const ended = once(child, 'close')
  child.kill('SIGTERM')
  const kill = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await ended
  clearTimeout(kill)
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

import {spawn, type ChildProcess} from 'node:child_process'
import {once} from 'node:events'
import {setTimeout as sleep} from 'node:timers/promises'

import {freePort} from './ports.ts'

export type ServerProcess = {
  /** `127.0.0.1:PORT` */
  readonly host: string
  [Symbol.asyncDispose](): Promise<void>
}

export type ServerCommand = {
  /** Absolute path: the server gets no variable of ours, so no PATH. */
  readonly command: string
  readonly args: readonly string[]
  /** The server is ready when it answers this path, with any status. */
  readonly readyPath: string
}

/** Milliseconds until a server must answer. */
const startTimeout = 20_000
/** A port that was free may be taken by another process before the server has it. */
const attempts = 5

/**
 * Starts a server on a free port of loopback and waits until it answers; `toCommand` gets the host to listen on.
 * Disposing ends this one process and waits for its end.
 */
export async function startServer(
  toCommand: (host: string) => ServerCommand | Promise<ServerCommand>,
): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const host = `127.0.0.1:${await freePort()}`
    const {command, args, readyPath} = await toCommand(host)
    const running = run(command, args)
    if (await isReady(`http://${host}${readyPath}`, running)) {
      return {host, [Symbol.asyncDispose]: () => stop(running)}
    }
    await stop(running)
    if (attempt === attempts || !running.output().includes('address already in use')) {
      throw new Error(`starting ${command} on ${host}: no answer; it said: ${running.output()}`)
    }
  }
}

type Running = {readonly child: ChildProcess; readonly output: () => string; readonly kill: () => void}

function run(command: string, args: readonly string[]): Running {
  const child = spawn(command, args, {env: {}, stdio: ['ignore', 'ignore', 'pipe']})
  let output = ''
  child.on('error', error => void (output += error.message))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (output = (output + text).slice(-4096)))
  const kill = () => void child.kill('SIGKILL')
  process.once('exit', kill)
  return {child, output: () => output, kill}
}

async function isReady(url: string, {child}: Running): Promise<boolean> {
  const deadline = performance.now() + startTimeout
  while (performance.now() < deadline && !hasEnded(child)) {
    if (await answers(url)) return !hasEnded(child)
    await sleep(20)
  }
  return false
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url)
    await answer.arrayBuffer()
    return true
  } catch {
    return false
  }
}

async function stop({child, kill}: Running): Promise<void> {
  process.off('exit', kill)
  if (hasEnded(child)) return
  const ended = once(child, 'close')
  child.kill('SIGTERM')
  const timer = setTimeout(kill, 5_000)
  await ended
  clearTimeout(timer)
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

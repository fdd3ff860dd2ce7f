import {mkdtemp, mkdir, rm} from 'node:fs/promises'
import {createServer, request} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {startDockerRegistry} from '../test/support/docker-registry.ts'
import {requireExecutable} from '../test/support/executables.ts'
import {median, wallTime, type Command} from './measure.ts'

const dist = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

/** A real registry, the real oras, and a folder for what they and we write. */
export type PullBench = AsyncDisposable & {
  readonly folder: string
  /** `HOST/bench:NAME` */
  ref(name: string): string
  /** Pushes what `write` puts into a folder: a word for oras each, `./` for all of it. */
  push(name: string, words: readonly string[], write: (folder: string) => Promise<void>): Promise<void>
  /** Each call pulls into another new folder. */
  ours(reference: string, config?: string): Command
  oras(reference: string): Command
}

/** Null where a program is missing. */
export async function openPullBench(): Promise<PullBench | null> {
  const orasPath = requireExecutable('oras', 'run test/oras/build.sh (needs Go 1.26)')
  const registryPath = requireExecutable('docker-registry', 'apt-get install docker-registry')
  if (orasPath === null || registryPath === null) return null
  const folder = await mkdtemp(join(tmpdir(), 'tw-bench-'))
  const registry = await startDockerRegistry(registryPath)
  const env = {PATH: process.env['PATH'], HOME: folder, NODE_COMPILE_CACHE: join(folder, 'compile-cache')}
  const ref = (name: string) => `${registry.host}/bench:${name}`
  let pulls = 0
  const output = () => join(folder, `out-${(pulls += 1)}`)
  return {
    folder,
    ref,
    async push(name, words, write) {
      const source = join(folder, `source-${name}`)
      await mkdir(source)
      await write(source)
      await wallTime({file: orasPath, args: ['push', '--plain-http', ref(name), ...words], env, cwd: source})
      await rm(source, {recursive: true})
    },
    ours(reference, config) {
      const more = config === undefined ? [] : ['--config', config]
      const args = [dist, 'pull', `oci://${reference}`, '--output', output(), ...more]
      return {file: process.execPath, args, env, cwd: folder}
    },
    oras: reference => ({
      file: orasPath,
      args: ['pull', '--plain-http', reference, '--output', output()],
      env,
      cwd: folder,
    }),
    async [Symbol.asyncDispose]() {
      await registry[Symbol.asyncDispose]()
      await rm(folder, {recursive: true, force: true})
    },
  }
}

/** Times of both in turn, so that a machine that drifts favours none: medians, and the median of the ratios. */
export async function compare(bench: PullBench, name: string, rounds: number) {
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = -1; round < rounds; round += 1) {
    const ourTime = await timeOf(bench.ours(bench.ref(name)))
    const theirTime = await timeOf(bench.oras(bench.ref(name)))
    if (round < 0) continue
    ours.push(ourTime)
    theirs.push(theirTime)
  }
  const ratio = median(ours.map((time, round) => time / theirs[round]!))
  return {ours: median(ours), theirs: median(theirs), ratio}
}

/** Removes what was pulled: else each round finds a fuller disk than the one before. */
export async function timeOf(command: Command): Promise<number> {
  const time = await wallTime(command)
  await rm(command.args[command.args.indexOf('--output') + 1]!, {recursive: true})
  return time
}

/** A server in front of a registry that writes down what it is asked. */
export async function startCounter(reference: string): Promise<AsyncDisposable & {ref: string; calls: string[]}> {
  const [host = '', ...rest] = reference.split('/')
  const calls: string[] = []
  const server = createServer((incoming, outgoing) => {
    const {method = '', url = '', headers} = incoming
    calls.push(`${method} ${url}`)
    const forwarded = request(`http://${host}${url}`, {method, headers}, answer => {
      outgoing.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(outgoing)
    })
    incoming.pipe(forwarded)
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  return {
    ref: [`127.0.0.1:${(server.address() as AddressInfo).port}`, ...rest].join('/'),
    calls,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>(resolve => void server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

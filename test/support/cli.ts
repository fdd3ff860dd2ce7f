import {spawn} from 'node:child_process'
import {fileURLToPath} from 'node:url'

import {expect} from 'vitest'

import {Report} from '../../src/model/report.ts'

export type CliOptions = {
  env?: Record<string, string>
  cwd?: string
  stdin?: string
  /** A file or device for its stdout, which is then not in the result. */
  stdoutTo?: string
  /** The size of the largest file that it can write, in blocks of 512 bytes: as a full disk, but for one process. */
  fileLimit?: number
  /** Called with the process once it runs, e.g. to send it a signal. */
  onStart?: (kill: Kill) => void
  /** Called with each piece of its stderr. */
  onStderr?: (text: string, kill: Kill) => void
}

type Kill = (signal: NodeJS.Signals) => void

export type CliResult = {exitCode: number | null; stdout: string; stderr: string}

/** The program as `npm run build` makes it. */
export const bundle = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** Runs the bundle as a process of its own; `npm test` builds it first. It sees only the environment given, and PATH. */
export async function cli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const {env = {}, cwd, stdin = '', stdoutTo, fileLimit, onStart, onStderr} = options
  const command = [process.execPath, bundle, ...args]
  const limited = stdoutTo === undefined && fileLimit === undefined ? command : withinShell(command, options)
  const child = spawn(limited[0]!, limited.slice(1), {cwd, env: {PATH: process.env['PATH'], ...env}})
  const kill: Kill = signal => child.kill(signal)
  onStart?.(kill)
  child.stderr.on('data', (chunk: Buffer) => onStderr?.(chunk.toString(), kill))
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  child.stdin.end(stdin)
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('close', resolve)
    child.once('error', reject)
  })
  return {exitCode, stdout: await stdout, stderr: await stderr}
}

/** The shell becomes the command, once it has changed what the command inherits. */
function withinShell(command: readonly string[], {stdoutTo, fileLimit}: CliOptions): string[] {
  const limit = fileLimit === undefined ? '' : `ulimit -f ${fileLimit}; `
  const redirection = stdoutTo === undefined ? '' : ' > "$to"'
  return ['/bin/sh', '-c', `to=$0; ${limit}exec "$@"${redirection}`, stdoutTo ?? '', ...command]
}

/** The one JSON object on stdout, which must be a valid report with its keys in the order of the schema. */
export function reportOf({stdout}: CliResult): Report {
  const report = Report.parse(JSON.parse(stdout))
  expect(`${JSON.stringify(report, null, 2)}\n`).toBe(stdout)
  return report
}

async function collect(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

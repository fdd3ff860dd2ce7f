import {spawn} from 'node:child_process'
import {fileURLToPath} from 'node:url'

import {expect} from 'vitest'

import {Report} from '../../src/model/report.ts'

export type CliOptions = {
  env?: Record<string, string>
  cwd?: string
  stdin?: string
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
  const {env = {}, cwd, stdin = '', onStart, onStderr} = options
  const child = spawn(process.execPath, [bundle, ...args], {cwd, env: {PATH: process.env['PATH'], ...env}})
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

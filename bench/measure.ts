import {execFileSync, spawn} from 'node:child_process'

export type Command = {file: string; args: string[]; env?: NodeJS.ProcessEnv; cwd?: string}

/** Wall time of one whole process in milliseconds; it must end with exit code 0. */
export async function wallTime({file, args, env, cwd}: Command): Promise<number> {
  const startedAt = performance.now()
  const child = spawn(file, args, {env, cwd, stdio: ['ignore', 'ignore', 'inherit']})
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('exit', resolve)
    child.once('error', reject)
  })
  if (code !== 0) throw new Error(`${file} ended with ${code}`)
  return performance.now() - startedAt
}

/** The commands in turn, A B C A B C …, so that a machine that drifts does not favour one. Medians, in milliseconds. */
export async function inTurn(commands: Record<string, Command>, rounds: number): Promise<Record<string, number>> {
  const times = Object.fromEntries(Object.keys(commands).map(name => [name, [] as number[]]))
  for (let round = -2; round < rounds; round += 1) {
    for (const [name, command] of Object.entries(commands)) {
      const time = await wallTime(command)
      if (round >= 0) times[name]!.push(time)
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]))
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** Peak resident memory of a Node process in MiB, as the process itself counts it at its end. */
export async function peakMemory({file, args, env, cwd}: Command): Promise<number> {
  const probe = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'))`
  const options = `--import=data:text/javascript,${encodeURIComponent(probe)}`
  const child = spawn(file, args, {env: {...env, NODE_OPTIONS: options}, cwd, stdio: ['ignore', 'ignore', 'pipe']})
  let text = ''
  for await (const chunk of child.stderr as AsyncIterable<Buffer>) text += chunk.toString()
  const peaks = [...text.matchAll(/^peak (\d+)$/gm)].map(([, peak]) => Number(peak))
  return Math.max(...peaks) / 1024
}

export function hasCommand(name: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', `command -v ${name}`], {stdio: 'ignore'})
    return true
  } catch {
    return false
  }
}

export function figure(value: number, digits = 0): string {
  return value.toFixed(digits)
}

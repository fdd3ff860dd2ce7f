import {randomBytes} from 'node:crypto'
import {mkdir, rm, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {figure, median, peakMemory} from './measure.ts'
import {compare, openPullBench, startCounter, timeOf, type PullBench} from './pull-world.ts'

const files = 2_000
const bytesEach = 8_500
const large = 100_000_000
const rounds = 15

/** Pulls as a whole process, against `oras pull` of the same tag from the same registry. */
export async function pull(): Promise<string[]> {
  await using bench = await openPullBench()
  if (bench === null) return ['pull: left out, a program is missing']
  await bench.push('many', ['./'], writeMany)
  await bench.push('archive', ['./'], folder => writeFile(join(folder, 'large.bin'), randomBytes(large)))
  await bench.push('file', ['large.bin'], folder => writeFile(join(folder, 'large.bin'), randomBytes(large)))
  const many = await compare(bench, 'many', rounds)
  const archive = await compare(bench, 'archive', rounds)
  const file = await compare(bench, 'file', rounds)
  const lines = [
    `pull as a whole process, against oras pull, medians of ${rounds}`,
    line(`${files} files, ${figure((files * bytesEach) / 1e6)} MB`, many, '1.0'),
    line('one layer of 100 MB, tar and gzip', archive, '1.2'),
    line('one layer of 100 MB, a file', file, '1.2'),
  ]
  return [...lines, ...(await cached(bench)), ...(await memory(bench))]
}

function line(what: string, {ours, theirs, ratio}: Awaited<ReturnType<typeof compare>>, goal: string): string {
  const times = `ours ${figure(ours)} ms, oras ${figure(theirs)} ms`
  return `  ${what.padEnd(34)} ${times}, ${figure(ratio, 2)} × oras (goal ${goal})`
}

/** The same digest again, with `source.cache`. */
async function cached(bench: PullBench): Promise<string[]> {
  await using counter = await startCounter(bench.ref('many'))
  const config = join(bench.folder, 'cached.yaml')
  await writeFile(config, `apiVersion: tazuna-watch/v1\nsource: {oci: "oci://${counter.ref}", cache: ./cache}\n`)
  await timeOf(bench.ours(counter.ref, config))
  const first = counter.calls.splice(0).length
  await timeOf(bench.ours(counter.ref, config))
  const calls = counter.calls.map(call => call.replace('/v2/bench/', ''))
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) times.push(await timeOf(bench.ours(bench.ref('many'), config)))
  return [
    `  unchanged digest, with a cache     ours ${figure(median(times))} ms; asked first ${first}, then: ${calls.join(', ')} (goal: no blob)`,
  ]
}

async function memory(bench: PullBench): Promise<string[]> {
  await bench.push('small', ['./'], folder => writeFile(join(folder, 'tazuna.yaml'), 'manifests: []\n'))
  const peaks: Record<string, number> = {}
  for (const name of ['small', 'many', 'archive', 'file']) {
    const all: number[] = []
    for (let round = 0; round < 5; round += 1) {
      const command = bench.ours(bench.ref(name))
      all.push(await peakMemory(command))
      await rm(command.args[4]!, {recursive: true})
    }
    peaks[name] = median(all)
  }
  const {small = 0, ...others} = peaks
  const over = Object.entries(others).map(([name, peak]) => `${name} +${figure(peak - small)}`)
  return [`  peak memory                        small ${figure(small)} MiB, ${over.join(', ')} (goal: +40)`]
}

async function writeMany(folder: string): Promise<void> {
  for (let index = 0; index < files; index += 1) {
    const path = join(folder, `team-${index % 40}`)
    await mkdir(path, {recursive: true})
    await writeFile(join(path, `object-${index}.yaml`), randomBytes(bytesEach / 2).toString('hex'))
  }
}

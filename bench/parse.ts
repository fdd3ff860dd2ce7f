import {createHash} from 'node:crypto'
import {createReadStream} from 'node:fs'
import {mkdtemp, open, rm, stat} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {stateDiffParser} from '../src/tazuna/parse-state-diff.ts'
import {figure, median, peakMemory, wallTime} from './measure.ts'

const rows = 1_000_000
const rounds = 5

/** Parses a million rows, as the run does from the pipe, against one `awk` that only counts them. */
export async function parseRows(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tw-bench-'))
  try {
    const file = join(folder, 'state-diff.txt')
    await writeRows(file)
    const size = (await stat(file)).size
    const node = process.execPath
    const ours = {file: node, args: [fileURLToPath(import.meta.url), file]}
    const awk = {file: 'awk', args: ['/^  (added|modified|removed|always-sync) /{n++} END{print n}', file]}
    const inner: number[] = []
    const theirs: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      inner.push(await wallTime(ours))
      theirs.push(await wallTime(awk))
    }
    const ourTime = median(inner)
    const awkTime = median(theirs)
    const peak = await peakMemory(ours)
    const mebibytes = size / 1024 / 1024
    return [
      `parse ${rows.toLocaleString('en')} rows (${figure(mebibytes)} MiB), whole process, medians of ${rounds}`,
      `  ours  ${figure(ourTime)} ms, peak ${figure(peak)} MiB`,
      `  awk   ${figure(awkTime)} ms (counts only)`,
      `  ratio ${figure(ourTime / awkTime, 1)} × awk (goal: ours within 1000 ms), memory ${figure(peak / mebibytes, 2)} × the input (goal 3)`,
    ]
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

async function writeRows(path: string): Promise<void> {
  const file = await open(path, 'w')
  const perManifest = 1000
  for (let manifest = 0; manifest < rows / perManifest; manifest += 1) {
    const lines = [`Manifest: m${manifest}`, row('STATUS', 'RESOURCE', 'HASH')]
    for (let index = 0; index < perManifest; index += 1) {
      const hash = createHash('sha256').update(`${manifest} ${index}`).digest('hex')
      lines.push(row(index % 2 === 0 ? 'added' : 'modified', `apps/v1/Deployment/team-${manifest}/app-${index}`, hash))
    }
    await file.write(`${lines.join('\n')}\n\n`)
  }
  await file.close()
}

function row(status: string, resource: string, hash: string): string {
  return `  ${status.padEnd(14)} ${resource.padEnd(60)} ${hash}`
}

/** Run as a process of its own: parses the file it is given, as the pipe of tazuna is parsed. */
async function parseFile(path: string): Promise<void> {
  const parser = stateDiffParser()
  const decoder = new TextDecoder('utf-8', {fatal: true})
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    parser.write(decoder.decode(chunk, {stream: true}))
  }
  const count = parser.end().blocks.reduce((sum, {entries}) => sum + entries.length, 0)
  if (count !== rows) throw new Error(`parsed ${count} rows`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await parseFile(process.argv[2]!)

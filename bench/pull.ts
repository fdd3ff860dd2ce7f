import {randomBytes} from 'node:crypto'
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {startDockerRegistry} from '../test/support/docker-registry.ts'
import {requireExecutable} from '../test/support/executables.ts'
import {figure, median, wallTime} from './measure.ts'

const files = 2_000
const bytesEach = 8_500
const rounds = 15
const dist = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

/** Pulls 2,000 files as a whole process, against `oras pull` of the same tag from the same registry. */
export async function pull(): Promise<string[]> {
  const orasPath = requireExecutable('oras', 'run test/oras/build.sh (needs Go 1.26)')
  const registryPath = requireExecutable('docker-registry', 'apt-get install docker-registry')
  if (orasPath === null || registryPath === null) return ['pull: left out, a program is missing']
  const folder = await mkdtemp(join(tmpdir(), 'tw-bench-'))
  try {
    await using registry = await startDockerRegistry(registryPath)
    const source = join(folder, 'source')
    await writeFiles(source)
    const env = {PATH: process.env['PATH'], HOME: folder, NODE_COMPILE_CACHE: join(folder, 'compile-cache')}
    const reference = `${registry.host}/bench:prod`
    await wallTime({file: orasPath, args: ['push', '--plain-http', reference, './'], env, cwd: source})
    const ours: number[] = []
    const theirs: number[] = []
    for (let round = -1; round < rounds; round += 1) {
      const args = [dist, 'pull', `oci://${reference}`, '--output', join(folder, `ours-${round}`)]
      const ourTime = await wallTime({file: process.execPath, args, env, cwd: folder})
      const orasArgs = ['pull', '--plain-http', reference, '--output', join(folder, `theirs-${round}`)]
      const theirTime = await wallTime({file: orasPath, args: orasArgs, env, cwd: folder})
      if (round < 0) continue
      ours.push(ourTime)
      theirs.push(theirTime)
    }
    const ratios = ours.map((time, round) => time / theirs[round]!)
    return [
      `pull ${files} files, ${figure((files * bytesEach) / 1e6)} MB, whole process, medians of ${rounds}`,
      `  ours   ${figure(median(ours))} ms`,
      `  oras   ${figure(median(theirs))} ms`,
      `  ratio  ${figure(median(ratios), 2)} × oras (goal 1.0)`,
    ]
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

async function writeFiles(folder: string): Promise<void> {
  for (let index = 0; index < files; index += 1) {
    const path = join(folder, `team-${index % 40}`)
    await mkdir(path, {recursive: true})
    await writeFile(join(path, `object-${index}.yaml`), randomBytes(bytesEach / 2).toString('hex'))
  }
}

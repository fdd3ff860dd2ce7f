import {rm} from 'node:fs/promises'
import {join} from 'node:path'

import {writeApplied, writeSource, type KubeObject, type Manifests} from '../../support/tazuna-yaml.ts'
import type {TempDir} from '../../support/temp-dir.ts'
import {run, type Printed} from './run-in-process.ts'

/** `state diff` of a source that is written into the folder, with the State of what was applied. */
export async function diff(
  dir: TempDir,
  manifests: Manifests,
  applied: Record<string, KubeObject[]> = {},
): Promise<Printed> {
  const stateDir = join(dir.path, 'state')
  await rm(stateDir, {recursive: true, force: true})
  await writeSource(dir.path, manifests)
  await writeApplied(stateDir, applied)
  return rerun(dir)
}

/** `state diff` of the source and State that are in the folder. */
export function rerun(dir: TempDir, flags: readonly string[] = []): Promise<Printed> {
  return run(['state', 'diff', '-f', join(dir.path, 'tazuna.yaml'), ...flags], {state: join(dir.path, 'state')})
}

/** Titles, and rows without their hash. */
export function rows({stdout}: Printed): string[] {
  return stdout
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('  STATUS'))
    .map(line => (line.startsWith('Manifest: ') ? line : line.trim().split(/ +/).slice(0, 2).join(' ')))
}

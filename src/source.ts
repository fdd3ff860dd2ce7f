import {stat} from 'node:fs/promises'
import {join, resolve, sep} from 'node:path'

import {WatchError, errorText} from './errors.ts'
import type {PulledArtifact} from './artifact/pull.ts'
import type {ReportSource} from './model/report.ts'

/** A folder with a tazuna.yaml, ready for tazuna. Disposing removes what was pulled. */
export type Source = AsyncDisposable & {
  readonly report: ReportSource
  /** Absolute; tazuna runs here. */
  readonly folder: string
  /** For tazuna's `-f`, relative to `folder`. */
  readonly file: string
}

type Inside = {readonly subpath: string; readonly file: string}

/** A folder of this machine as the source. Throws `SOURCE_NOT_FOUND`. */
export async function openFolder(path: string, ref: string, {subpath, file}: Inside): Promise<Source> {
  const folder = resolve(path, subpath)
  await requireFile(folder, file, ref)
  return {
    report: {kind: 'path', ref, digest: null, revision: null, createdAt: null, verifiedBy: []},
    folder,
    file,
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** A pulled artifact as the source. `subpath` and `file` cannot lead out of it. Throws `SOURCE_NOT_FOUND`. */
export async function openArtifact(artifact: PulledArtifact, {subpath, file}: Inside): Promise<Source> {
  const folder = resolve(artifact.folder, subpath)
  for (const path of [folder, resolve(folder, file)]) {
    if (path !== artifact.folder && !path.startsWith(artifact.folder + sep)) {
      throw new WatchError(
        'SOURCE_NOT_FOUND',
        `opening ${subpath}/${file} in ${artifact.ref}: it lies outside the artifact`,
      )
    }
  }
  await requireFile(folder, file, `${artifact.ref} (${artifact.digest})`)
  const {ref, digest, revision, createdAt} = artifact
  return {
    report: {kind: 'oci', ref, digest, revision, createdAt, verifiedBy: []},
    folder,
    file,
    [Symbol.asyncDispose]: () => artifact[Symbol.asyncDispose](),
  }
}

async function requireFile(folder: string, file: string, ref: string): Promise<void> {
  try {
    if ((await stat(join(folder, file))).isFile()) return
  } catch (error) {
    const what = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'it is not there' : errorText(error)
    throw new WatchError('SOURCE_NOT_FOUND', `opening ${file} in ${ref}: ${what}`, {cause: error})
  }
  throw new WatchError('SOURCE_NOT_FOUND', `opening ${file} in ${ref}: it is not a file`)
}

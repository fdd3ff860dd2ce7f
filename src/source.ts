import type {Stats} from 'node:fs'
import {stat} from 'node:fs/promises'
import {join, resolve, sep} from 'node:path'

import {WatchError, errorText} from './errors.ts'
import type {PulledArtifact} from './artifact/pull.ts'
import {meantReference} from './meant-reference.ts'
import type {ReportSource, ReportWarning} from './model/report.ts'

/** A folder with a tazuna.yaml, ready for tazuna. Disposing removes what was pulled. */
export type Source = AsyncDisposable & {
  readonly report: ReportSource
  /** Absolute; tazuna runs here. */
  readonly folder: string
  /** For tazuna's `-f`, relative to `folder`. */
  readonly file: string
  /** That what was pulled is not signed. */
  readonly warnings?: readonly ReportWarning[]
}

type Inside = {readonly subpath: string; readonly file: string}

/** `path` is absolute; `ref` is as given, `origin` where: `--source`, `TAZUNA_WATCH_SOURCE` or `source.path`. */
type Folder = Inside & {readonly path: string; readonly ref: string; readonly origin: string}

/** A folder of this machine as the source. Throws `SOURCE_NOT_FOUND`. */
export async function openFolder({path, ref, origin, subpath, file}: Folder): Promise<Source> {
  await requireFolder(path, ref, origin)
  const folder = resolve(path, subpath)
  await requireFile({subpath: folder === path ? null : subpath, folder, file, ref, check: `check ${origin}`})
  return {
    report: {
      kind: 'path',
      ref,
      digest: null,
      revision: null,
      createdAt: null,
      verifiedBy: [],
      url: null,
      previousDigest: null,
    },
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
      throw notFound(`${subpath}/${file} in ${artifact.ref}`, 'it lies outside the artifact', insideHint)
    }
  }
  await requireFile({
    subpath: folder === artifact.folder ? null : subpath,
    folder,
    file,
    ref: `${artifact.ref} (${artifact.digest})`,
    check: 'check what was pushed',
  })
  const {ref, digest, revision, createdAt, url, verifiedBy, warnings} = artifact
  return {
    report: {kind: 'oci', ref, digest, revision, createdAt, verifiedBy: [...verifiedBy], url, previousDigest: null},
    folder,
    file,
    warnings,
    [Symbol.asyncDispose]: () => artifact[Symbol.asyncDispose](),
  }
}

const insideHint = 'check source.subpath and source.file'

/** The folder that was named as the source. */
async function requireFolder(path: string, ref: string, origin: string): Promise<void> {
  const what = `the folder ${ref}`
  const found = await look(path, what)
  if (found === null) {
    const meant = await meantReference(ref)
    if (meant === null) throw notFound(what, 'there is no such folder', `check the path in ${origin}`)
    throw notFound(
      what,
      `there is no such folder; did you mean ${meant}?`,
      `a reference begins with oci://; for a folder, check the path in ${origin}`,
    )
  }
  if (!found.isDirectory()) {
    const hint = `name the folder of it in ${origin}; source.file is the name of a file that is not tazuna.yaml`
    throw notFound(what, 'it is a file', hint)
  }
}

/** `subpath` is null for the source itself; `check` begins the hint. */
type Wanted = {subpath: string | null; folder: string; file: string; ref: string; check: string}

/** The folder in the source where tazuna runs, and its tazuna.yaml. */
async function requireFile({subpath, folder, file, ref, check}: Wanted): Promise<void> {
  if (subpath !== null) {
    const what = `the folder ${subpath} in ${ref}`
    const hint = `${check} and source.subpath`
    const found = await look(folder, what)
    if (found === null) throw notFound(what, 'there is no such folder', hint)
    if (!found.isDirectory()) throw notFound(what, 'it is a file', hint)
  }
  const what = `${file} in ${subpath === null ? '' : `${subpath} in `}${ref}`
  const hint = `${check}${subpath === null ? '' : ', source.subpath'} and source.file`
  const found = await look(join(folder, file), what)
  if (found === null) throw notFound(what, 'there is no such file', hint)
  if (!found.isFile()) throw notFound(what, 'it is not a file', hint)
}

/** Null when there is nothing. Throws `SOURCE_NOT_FOUND` for what we may not look at. */
async function look(path: string, what: string): Promise<Stats | null> {
  try {
    return await stat(path)
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw notFound(what, errorText(error), 'check the rights of the folder, and of those above it', error)
  }
}

function notFound(what: string, happened: string, hint: string, cause?: unknown): WatchError {
  return new WatchError('SOURCE_NOT_FOUND', `opening ${what}: ${happened}`, {cause, hint})
}

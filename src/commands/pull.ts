import {tmpdir} from 'node:os'
import {resolve} from 'node:path'

import type {PulledArtifact} from '../artifact/pull.ts'
import type {PartialConfig} from '../config/config.ts'
import {readConfig} from '../config/load.ts'
import {httpClient} from '../http.ts'
import type {LogFlags} from '../log.ts'
import type {ExitCode} from '../model/exit-code.ts'
import {renderJson} from '../report/json.ts'
import {workFolder} from '../work-folder.ts'
import {openConsole} from './console.ts'
import type {CommandContext} from './context.ts'
import {moveTree, requireRoom} from './move-tree.ts'
import {observedHttp} from './observed-http.ts'
import {pullReference} from './open-source.ts'

export type PullFlags = LogFlags & {
  readonly output: string
  readonly plainHttp: boolean
  readonly config?: string | undefined
  readonly format: 'text' | 'json'
}

const unconfigured = {
  plainHttp: false,
  artifactType: null,
  layer: null,
  cache: null,
  credentials: null,
  verify: null,
} as const

/** What was pulled, as `--format json` prints it. */
type Pulled = Omit<PulledArtifact, typeof Symbol.asyncDispose | 'warnings'>

/**
 * Pulls an artifact as `run` would, and moves its files into a folder that is absent or empty. Throws `UsageError`,
 * `CONFIG_INVALID`, `ARTIFACT_…` and `CANCELLED`; then nothing is left.
 */
export async function pull(ref: string, flags: PullFlags, context: CommandContext): Promise<ExitCode> {
  const {env, cwd, stdout} = context
  const {parseReference} = await import('../artifact/reference.ts')
  parseReference(ref)
  requireRoom(resolve(cwd, flags.output), flags.output)
  const {config} = await readConfig({flags: {config: flags.config, source: ref}, env, cwd}, [])
  const pulled = await pullInto(ref, config, flags, context)
  await stdout.write(flags.format === 'json' ? renderJson(pulled) : renderText(pulled))
  return 0
}

async function pullInto(
  ref: string,
  {source, caFile, deadline}: PartialConfig,
  flags: PullFlags,
  context: CommandContext,
): Promise<Pulled> {
  const {env, cwd, interrupt} = context
  const {secrets, log, onEvent, stopProgress} = openConsole(flags, context)
  const http = observedHttp(httpClient({env, caFile: caFile ?? undefined}), onEvent)
  try {
    await using work = workFolder(tmpdir())
    const tempDir = await work.open()
    const configured = source?.kind === 'oci' ? source : {...unconfigured, timeout: deadline}
    const plainHttp = flags.plainHttp || configured.plainHttp
    const signal = AbortSignal.any([interrupt, AbortSignal.timeout(deadline)])
    await using artifact = await pullReference(
      {...configured, ref, plainHttp},
      {http, env, tempDir, secrets, signal, onEvent},
    )
    await moveTree(artifact.folder, resolve(cwd, flags.output), flags.output)
    for (const {code, message} of artifact.warnings) log.warning(code, message)
    const {digest, revision, createdAt, url, verifiedBy, files, bytes} = artifact
    return {ref, digest, revision, createdAt, url, verifiedBy, folder: flags.output, files, bytes}
  } finally {
    stopProgress()
    await http.close()
  }
}

function renderText({ref, digest, revision, createdAt, url, verifiedBy, folder, files, bytes}: Pulled): string {
  const facts = [
    ['digest', digest],
    ['revision', revision],
    ['created', createdAt],
    ['source', url],
    ['signature', verifiedBy.length === 0 ? 'unverified' : verifiedBy.join(', ')],
    ['folder', folder],
    ['files', String(files)],
    ['bytes', String(bytes)],
  ] as const
  const known = facts.filter(([, value]) => value !== null)
  return [ref, ...known.map(([name, value]) => `  ${name.padEnd(9)} ${value}`), ''].join('\n')
}

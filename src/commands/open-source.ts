import {homedir} from 'node:os'
import {dirname} from 'node:path'

import type {Credential} from '../artifact/credential.ts'
import type {PulledArtifact} from '../artifact/pull.ts'
import type {SourceConfig} from '../config/config.ts'
import {WatchError} from '../errors.ts'
import type {OnEvent} from '../event.ts'
import type {Http} from '../http.ts'
import {readSecret} from '../read-secret.ts'
import {redactor, type Secret} from '../secret.ts'
import {openArtifact, openFolder, type Source} from '../source.ts'

type OciSource = SourceConfig & {kind: 'oci'}

export type SourceTools = {
  http: Http
  env: NodeJS.ProcessEnv
  /** The run's own folder in the temporary one. */
  tempDir: string
  /** Gets the credentials that are read, so that they are redacted. */
  secrets: Secret[]
  signal: AbortSignal
  onEvent: OnEvent
}

/** Opens the source of the config: a folder as it is, an artifact pulled. Throws `SOURCE_NOT_FOUND`, `ARTIFACT_…`. */
export async function openSource(source: SourceConfig, tools: SourceTools): Promise<Source> {
  if (source.kind === 'path') return await openFolder(source)
  return await pullSource(source, tools)
}

async function pullSource(source: OciSource, tools: SourceTools): Promise<Source> {
  return await openArtifact(await pullReference(source, tools), source)
}

/** Pulls an artifact as this user. What only a pull needs is loaded here: a folder does without it. */
export async function pullReference(
  {ref, plainHttp, credentials: login}: Pick<OciSource, 'ref' | 'plainHttp' | 'credentials'>,
  {http, env, tempDir, secrets, signal, onEvent}: SourceTools,
): Promise<PulledArtifact> {
  onEvent({type: 'stage', stage: 'source', detail: `pulling ${redactor([])(ref)}`})
  const [{readCredentials}, {pullArtifact}] = await Promise.all([
    import('../artifact/credentials.ts'),
    import('../artifact/pull.ts'),
  ])
  const onSecret = (secret: Secret) => void secrets.push(secret)
  const configured = toCredential(login, env)
  const credentials = await readCredentials({env, homeDir: homeFolder(), configured, onSecret})
  try {
    return await pullArtifact({
      reference: ref,
      plainHttp,
      http,
      credentials,
      onSecret,
      tempDir,
      signal,
      onProgress: ({bytes, totalBytes}) => onEvent({type: 'pulled', bytes, totalBytes}),
    })
  } catch (error) {
    throw withFolder(error, dirname(tempDir))
  }
}

/** A full disk has a name: the temporary folder, and not the run's own in it, which is gone when people look. */
function withFolder(error: unknown, folder: string): unknown {
  if (!(error instanceof WatchError) || error.code !== 'ARTIFACT_STORE_IO') return error
  return new WatchError(error.code, `${error.message}, in the folder ${folder}`, {
    cause: error,
    hint: `check free space and rights of ${folder}, or name another folder with TMPDIR`,
  })
}

/** Its file is absolute. Throws `SECRET_MISSING`. */
function toCredential(credentials: OciSource['credentials'], env: NodeJS.ProcessEnv): Credential | null {
  if (credentials === null) return null
  const {username, password} = credentials
  return {kind: 'password', username, password: readSecret(password, env, '/')}
}

/** A user without an entry in passwd, as a container may have one, and without `HOME` has none. */
function homeFolder(): string {
  try {
    return homedir()
  } catch {
    return '/'
  }
}

import {homedir} from 'node:os'

import type {Credential} from '../artifact/credential.ts'
import type {PulledArtifact} from '../artifact/pull.ts'
import type {SourceConfig} from '../config/config.ts'
import type {OnEvent} from '../event.ts'
import type {Http} from '../http.ts'
import {readSecret} from '../read-secret.ts'
import {redactor, type Secret} from '../secret.ts'
import {openArtifact, openFolder, type Source} from '../source.ts'

type OciSource = SourceConfig & {kind: 'oci'}

export type SourceTools = {
  http: Http
  env: NodeJS.ProcessEnv
  tempDir: string
  /** Gets the credentials that are read, so that they are redacted. */
  secrets: Secret[]
  signal: AbortSignal
  onEvent: OnEvent
}

/** Opens the source of the config: a folder as it is, an artifact pulled. Throws `SOURCE_NOT_FOUND`, `ARTIFACT_…`. */
export async function openSource(source: SourceConfig, tools: SourceTools): Promise<Source> {
  if (source.kind === 'path') return await openFolder(source.path, source.ref, source)
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

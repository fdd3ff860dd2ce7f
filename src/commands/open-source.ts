import {homedir} from 'node:os'
import {dirname} from 'node:path'

import type {ConfiguredCredentials} from '../artifact/credentials.ts'
import type {parseDockerConfig} from '../artifact/docker-config.ts'
import type {PulledArtifact} from '../artifact/pull.ts'
import type {Store} from '../artifact/store.ts'
import type {VerifyPolicy} from '../artifact/verify/verify-artifact.ts'
import type {SourceConfig, VerifyConfig} from '../config/config.ts'
import {WatchError} from '../errors.ts'
import type {OnEvent} from '../event.ts'
import type {Http} from '../http.ts'
import type {ReportWarning} from '../model/report.ts'
import {placeOf, readSecret} from '../read-secret.ts'
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
  source: Omit<OciSource, 'kind' | 'subpath' | 'file'>,
  {http, env, tempDir, secrets, signal, onEvent}: SourceTools,
): Promise<PulledArtifact> {
  const {ref, plainHttp, timeout, artifactType, layer, cache, credentials: login, verify} = source
  onEvent({type: 'stage', stage: 'source', detail: `pulling ${redactor([])(ref)}`})
  const [{readCredentials}, {parseDockerConfig}, {pullDeadline}, {pullArtifact}] = await Promise.all([
    import('../artifact/credentials.ts'),
    import('../artifact/docker-config.ts'),
    import('../artifact/pull-deadline.ts'),
    import('../artifact/pull.ts'),
  ])
  using deadline = pullDeadline(signal, timeout)
  const onSecret = (secret: Secret) => void secrets.push(secret)
  const configured = toConfigured(login, env, parseDockerConfig)
  const credentials = await readCredentials({env, homeDir: homeFolder(), configured, onSecret})
  const troubles: ReportWarning[] = []
  const store = cache === null ? null : await toStore(cache, troubles, onEvent)
  try {
    const artifact = await pullArtifact({
      reference: ref,
      plainHttp,
      http,
      credentials,
      onSecret,
      tempDir,
      signal: deadline.signal,
      artifactType,
      layer,
      store,
      verify: verify === null ? null : await toPolicy(verify, env),
      onProgress: ({bytes, totalBytes}) => onEvent({type: 'pulled', bytes, totalBytes}),
    })
    return {...artifact, warnings: [...artifact.warnings, ...troubles]}
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

/** What is wrong with the cache is a warning: the run goes on without it. */
async function toStore(folder: string, troubles: ReportWarning[], onEvent: OnEvent): Promise<Store> {
  const {openStore} = await import('../artifact/store.ts')
  return await openStore({
    folder,
    now: Date.now,
    onNote({text, isTrouble}) {
      if (isTrouble) troubles.push({code: 'ARTIFACT_CACHE', message: text})
      else onEvent({type: 'stage', stage: 'source', detail: text})
    },
  })
}

/** Keys are read anew in each run. Throws `SECRET_MISSING`, `CONFIG_INVALID`. */
async function toPolicy({keys, require, grace}: VerifyConfig, env: NodeJS.ProcessEnv): Promise<VerifyPolicy> {
  const {readKeys} = await import('../artifact/verify/keys.ts')
  return {keys: readKeys(keys, env, '/'), require, grace}
}

/** Read anew whenever it is called: a mounted secret may be another one by then. Throws `SECRET_MISSING`, `ARTIFACT_…`. */
function toConfigured(
  credentials: OciSource['credentials'],
  env: NodeJS.ProcessEnv,
  parse: typeof parseDockerConfig,
): (() => ConfiguredCredentials) | null {
  if (credentials === null) return null
  if ('dockerConfig' in credentials) {
    const {dockerConfig} = credentials
    return () =>
      dockerConfig.map(ref => ({name: placeOf(ref), config: parse(readSecret(ref, env, '/').reveal(), placeOf(ref))}))
  }
  const {username, password} = credentials
  return () => ({kind: 'password', username, password: readSecret(password, env, '/')})
}

/** A user without an entry in passwd, as a container may have one, and without `HOME` has none. */
function homeFolder(): string {
  try {
    return homedir()
  } catch {
    return '/'
  }
}

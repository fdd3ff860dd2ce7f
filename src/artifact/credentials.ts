import type {Secret} from '../secret.ts'
import type {Attempt} from './attempt.ts'
import {mostSpecificFirst} from './auth-key.ts'
import {askHelper} from './credential-helper.ts'
import {identityOf, secretsOf, type Credential} from './credential.ts'
import {readCredentialFiles, type CredentialFile} from './credential-files.ts'

/** Who we are to each registry. */
export type Credentials = {
  /** Of one repository; may run a credential helper. Throws `ARTIFACT_HELPER_FAILED` and the like. */
  lookup(wanted: Wanted): Promise<FoundCredentials>
}

export type Wanted = {
  /** With the port, if there is one. */
  readonly host: string
  readonly repository: string
  /** Reads all places again: a mounted secret may be another one by now. */
  readonly isAgain: boolean
  readonly attempt: Attempt
  readonly signal: AbortSignal
}

export type FoundCredentials = {
  /** In the order in which they are to be tried, as the kubelet does. */
  readonly logins: readonly KnownLogin[]
  /** What may be the reason that there is none, or none that is taken: said when the registry refuses us. */
  readonly note: string | null
}

export type KnownLogin = {
  readonly credential: Credential
  /** Where it comes from: a path, the name of a variable or helper, a key of the config. */
  readonly origin: string
}

/** Of the config: one login for the registry, or files as Docker has them, whose keys say what they are for. */
export type ConfiguredCredentials = Credential | readonly CredentialFile[]

export type CredentialOptions = {
  readonly env: NodeJS.ProcessEnv
  readonly homeDir: string
  /** Reads the ones of the config: they are taken before all others. */
  readonly configured?: (() => ConfiguredCredentials) | null
  /** Gets every secret that is met, for the redactor. */
  readonly onSecret: (secret: Secret) => void
}

/** What was read, which is enough for any registry. */
type Known =
  | {readonly kind: 'login'; readonly credential: Credential}
  /** All of them count, as several image pull secrets do. */
  | {readonly kind: 'configured'; readonly files: readonly CredentialFile[]}
  /** The first that knows the registry decides. */
  | {readonly kind: 'found'; readonly files: readonly CredentialFile[]; readonly notes: readonly string[]}

/** Reads all places that may hold credentials (credential-files.ts). Throws `ARTIFACT_CREDENTIALS_INVALID`. */
export async function readCredentials(options: CredentialOptions): Promise<Credentials> {
  let known = await read(options)
  return {
    async lookup(wanted) {
      if (wanted.isAgain) known = await read(options)
      const found = await lookIn(known, wanted, options.env)
      for (const {credential} of found.logins) secretsOf(credential).forEach(options.onSecret)
      return {...found, logins: unique(found.logins)}
    },
  }
}

async function read({env, homeDir, configured = null, onSecret}: CredentialOptions): Promise<Known> {
  const known = configured === null ? await readFiles(env, homeDir) : toKnown(configured())
  const credentials =
    known.kind === 'login' ? [known.credential] : known.files.flatMap(({config}) => [...config.auths.values()])
  for (const credential of credentials) secretsOf(credential).forEach(onSecret)
  return known
}

async function readFiles(env: NodeJS.ProcessEnv, homeDir: string): Promise<Known> {
  return {kind: 'found', ...(await readCredentialFiles(env, homeDir))}
}

function toKnown(configured: ConfiguredCredentials): Known {
  return 'kind' in configured ? {kind: 'login', credential: configured} : {kind: 'configured', files: configured}
}

async function lookIn(known: Known, wanted: Wanted, env: NodeJS.ProcessEnv): Promise<FoundCredentials> {
  if (known.kind === 'login') {
    return {logins: [{credential: known.credential, origin: 'source.credentials'}], note: null}
  }
  if (known.kind === 'configured') return await lookInAll(known.files, wanted, env)
  for (const file of known.files) {
    const logins = await lookInAll([file], wanted, env)
    if (logins.logins.length > 0) return logins
  }
  return {logins: [], note: known.notes.length === 0 ? null : known.notes.join('; ')}
}

/** What helpers know comes first; one that knows nobody leaves the question to the entries. */
async function lookInAll(
  files: readonly CredentialFile[],
  wanted: Wanted,
  env: NodeJS.ProcessEnv,
): Promise<FoundCredentials> {
  const {host, repository} = wanted
  const logins: KnownLogin[] = []
  for (const file of files) {
    const login = await askHelperOf(file, wanted, env)
    if (login !== null) logins.push(login)
  }
  const entries = files.flatMap(({name, config}) =>
    [...config.auths].map(([key, credential]) => [key, {credential, origin: name}] as const),
  )
  logins.push(...mostSpecificFirst(entries, host, repository))
  const names = files.map(({name}) => name).join(', ')
  return {logins, note: logins.length > 0 ? null : `no login for ${host}/${repository} is in ${names}`}
}

async function askHelperOf(
  {name, config}: CredentialFile,
  {host, repository, attempt, signal}: Wanted,
  env: NodeJS.ProcessEnv,
): Promise<KnownLogin | null> {
  const helper = mostSpecificFirst(config.credHelpers, host, repository)[0] ?? config.credsStore
  if (helper === null) return null
  const step = attempt.step(`${name} leaves ${host} to a credential helper`)
  const credential = await askHelper({name: helper, host, env, attempt: step, signal})
  return credential === null ? null : {credential, origin: `docker-credential-${helper}`}
}

/** Several secrets often hold the same login. */
function unique(logins: readonly KnownLogin[]): KnownLogin[] {
  const byIdentity = new Map<string, KnownLogin>()
  for (const login of logins) {
    const identity = identityOf(login.credential)
    if (!byIdentity.has(identity)) byIdentity.set(identity, login)
  }
  return [...byIdentity.values()]
}

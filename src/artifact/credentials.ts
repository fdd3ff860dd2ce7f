import type {Secret} from '../secret.ts'
import type {Attempt} from './attempt.ts'
import {findByKey} from './auth-key.ts'
import {askHelper} from './credential-helper.ts'
import {secretsOf, type Credential} from './credential.ts'
import {readCredentialFiles, type CredentialFile} from './credential-files.ts'

/** Who we are to each registry. */
export type Credentials = {
  /** Of one repository; may run a credential helper. Throws `ARTIFACT_HELPER_FAILED` and the like. */
  lookup(wanted: Wanted): Promise<FoundCredential>
}

export type Wanted = {
  /** With the port, if there is one. */
  readonly host: string
  readonly repository: string
  readonly attempt: Attempt
  readonly signal: AbortSignal
}

export type FoundCredential = {
  readonly credential: Credential | null
  /** Where it comes from, or what may be the reason that there is none: said when the registry refuses us. */
  readonly origin: string | null
}

export type CredentialOptions = {
  readonly env: NodeJS.ProcessEnv
  readonly homeDir: string
  /** The one of the config: it is taken before all others. */
  readonly configured?: Credential | null
  /** Gets every secret that is met, for the redactor. */
  readonly onSecret: (secret: Secret) => void
}

/** Reads all files that may hold credentials (credential-files.ts). Throws `ARTIFACT_CREDENTIALS_INVALID`. */
export async function readCredentials(options: CredentialOptions): Promise<Credentials> {
  const {env, homeDir, configured = null, onSecret} = options
  const keep = (credential: Credential) => secretsOf(credential).forEach(onSecret)
  if (configured !== null) {
    keep(configured)
    return {lookup: () => Promise.resolve({credential: configured, origin: 'source.credentials'})}
  }
  const {files, notes} = await readCredentialFiles(env, homeDir)
  for (const {config} of files) [...config.auths.values()].forEach(keep)
  return {
    async lookup(wanted) {
      for (const file of files) {
        const found = await lookIn(file, wanted, env)
        if (found === null) continue
        keep(found.credential)
        return found
      }
      return {credential: null, origin: notes.length === 0 ? null : notes.join('; ')}
    },
  }
}

type Found = FoundCredential & {credential: Credential}

/** A helper that knows nobody leaves the question to the entries of the same file. */
async function lookIn({name, config}: CredentialFile, wanted: Wanted, env: NodeJS.ProcessEnv): Promise<Found | null> {
  const {host, repository, attempt, signal} = wanted
  const helper = findByKey(config.credHelpers, host, repository) ?? config.credsStore
  if (helper !== null) {
    const step = attempt.step(`${name} leaves ${host} to a credential helper`)
    const credential = await askHelper({name: helper, host, env, attempt: step, signal})
    if (credential !== null) return {credential, origin: `docker-credential-${helper}`}
  }
  const credential = findByKey(config.auths, host, repository)
  return credential === null ? null : {credential, origin: name}
}

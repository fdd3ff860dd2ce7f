import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {WatchError} from '../errors.ts'
import type {Secret} from '../secret.ts'
import {parseDockerConfig, type AuthEntry, type Credential, type DockerConfig} from './docker-config.ts'

/** Who we are to each registry. */
export type Credentials = {
  /** All that were read, for the redactor. */
  readonly secrets: readonly Secret[]
  /** Of exactly this host and port. */
  lookup(host: string): FoundCredential
}

export type FoundCredential = {
  readonly credential: Credential | null
  /** What the config has for this host that is not used: said when the registry refuses us. */
  readonly unused: string | null
}

/**
 * Reads Docker's config.json from the folder `DOCKER_CONFIG`, else from `~/.docker`; when there is none, nobody is known.
 * Throws `ARTIFACT_CREDENTIALS_INVALID`. Credential helpers and stores are not run.
 */
export async function readCredentials(where: {env: NodeJS.ProcessEnv; homeDir: string}): Promise<Credentials> {
  const named = where.env['DOCKER_CONFIG'] || null
  const file = join(named ?? join(where.homeDir, '.docker'), 'config.json')
  const json = await readIfThere(file, named !== null)
  if (json.text === null) return {secrets: [], lookup: () => ({credential: null, unused: json.problem})}
  const config = parseDockerConfig(json.text, file)
  return {
    secrets: [...config.auths.values()].flatMap(entry => entry.secrets),
    lookup: host => lookUp(config, file, host),
  }
}

type FileText = {text: string; problem: null} | {text: null; problem: string | null}

/** A home folder that may not be read is no reason to stop: images often have one of another user. */
async function readIfThere(file: string, isNamed: boolean): Promise<FileText> {
  try {
    return {text: await readFile(file, 'utf8'), problem: null}
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return {text: null, problem: null}
    const problem = `${file} cannot be read (${code ?? 'unknown reason'})`
    if (!isNamed && (code === 'EACCES' || code === 'EPERM' || code === 'ENOTDIR')) return {text: null, problem}
    throw new WatchError('ARTIFACT_CREDENTIALS_INVALID', `reading credentials: ${problem}`, {cause: error})
  }
}

function lookUp(config: DockerConfig, file: string, host: string): FoundCredential {
  const entry = findEntry(config.auths, host)
  const helper = valueOf(config.credHelpers, host) ?? config.credsStore
  return {credential: entry?.basic ?? null, unused: unusedText(entry, helper, file, host)}
}

function unusedText(entry: AuthEntry | null, helper: string | null, file: string, host: string): string | null {
  if (helper !== null) return `${file} leaves ${host} to docker-credential-${helper}, which is not run`
  if (entry?.basic === null && entry.hasToken) return `the token that ${file} has for ${host} is not used`
  return null
}

/** The key as it is beats URLs of old, whatever their order. */
function findEntry(auths: ReadonlyMap<string, AuthEntry>, host: string): AuthEntry | null {
  const exact = auths.get(host)
  return exact ?? valueOf(auths, host)
}

function valueOf<T>(map: ReadonlyMap<string, T>, host: string): T | null {
  const wanted = withoutAlias(host)
  for (const [key, value] of map) if (withoutAlias(hostOfKey(key)) === wanted) return value
  return null
}

/** `https://index.docker.io/v1/` → `index.docker.io`. A key with another path is for a part of a registry: not a host. */
function hostOfKey(key: string): string {
  const schemeEnd = key.indexOf('://')
  const rest = schemeEnd === -1 ? key : key.slice(schemeEnd + 3)
  return rest.replace(/\/(?:v[12]\/?)?$/, '').toLowerCase()
}

const hub = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io'])

function withoutAlias(host: string): string {
  return hub.has(host) ? 'docker.io' : host
}

import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {WatchError} from '../errors.ts'
import {parseDockerConfig, type DockerConfig} from './docker-config.ts'

/** A place that may hold credentials, read. */
export type CredentialFile = {
  /** For messages: the path, or the name of a variable. */
  readonly name: string
  readonly config: DockerConfig
}

export type CredentialFiles = {
  /** The first that knows a registry decides. */
  readonly files: readonly CredentialFile[]
  /** What could not be read, and may be why a login is missing. */
  readonly notes: readonly string[]
}

type Place = {
  /** The first one that is there counts. */
  readonly paths: readonly string[]
  /** The variable that names it; null for a place that is looked at by custom. */
  readonly variable: string | null
}

/** Docker's own, and what a mounted image pull secret of Kubernetes has: the newer and the older kind. */
const namesOf = ['config.json', '.dockerconfigjson', '.dockercfg']

/**
 * Reads all places where docker, podman and oras keep logins, in this order: `DOCKER_AUTH_CONFIG` (the text itself),
 * `REGISTRY_AUTH_FILE`, the folder `DOCKER_CONFIG` or else `~/.docker`, then podman's own files. A folder that
 * `DOCKER_CONFIG` names may be a mounted image pull secret. Throws `ARTIFACT_CREDENTIALS_INVALID`.
 */
export async function readCredentialFiles(env: NodeJS.ProcessEnv, homeDir: string): Promise<CredentialFiles> {
  const files: CredentialFile[] = []
  const notes: string[] = []
  const text = env['DOCKER_AUTH_CONFIG']
  if (text) files.push({name: 'DOCKER_AUTH_CONFIG', config: parseDockerConfig(text, 'DOCKER_AUTH_CONFIG')})
  for (const place of placesOf(env, homeDir)) {
    const found = await readPlace(place, notes)
    if (found !== null) files.push({name: found.path, config: parseDockerConfig(found.text, found.path)})
  }
  return {files, notes}
}

function placesOf(env: NodeJS.ProcessEnv, homeDir: string): Place[] {
  const {REGISTRY_AUTH_FILE, DOCKER_CONFIG, XDG_RUNTIME_DIR, XDG_CONFIG_HOME} = env
  const docker = DOCKER_CONFIG
    ? {paths: namesOf.map(name => join(DOCKER_CONFIG, name)), variable: 'DOCKER_CONFIG'}
    : {paths: [join(homeDir, '.docker', 'config.json')], variable: null}
  const podman = [XDG_RUNTIME_DIR, XDG_CONFIG_HOME || join(homeDir, '.config')].filter(folder => !!folder)
  return [
    ...(REGISTRY_AUTH_FILE ? [{paths: [REGISTRY_AUTH_FILE], variable: 'REGISTRY_AUTH_FILE'}] : []),
    docker,
    ...podman.map(folder => ({paths: [join(folder!, 'containers', 'auth.json')], variable: null})),
  ]
}

/** A home folder that may not be read is no reason to stop: images often have one of another user. */
async function readPlace({paths, variable}: Place, notes: string[]): Promise<{path: string; text: string} | null> {
  for (const path of paths) {
    try {
      return {path, text: await readFile(path, 'utf8')}
    } catch (error) {
      const {code = 'unknown reason'} = error as NodeJS.ErrnoException
      if (code === 'ENOENT') continue
      const problem = `${path} cannot be read (${code})`
      if (variable !== null || !['EACCES', 'EPERM', 'ENOTDIR'].includes(code)) {
        throw new WatchError('ARTIFACT_CREDENTIALS_INVALID', `reading credentials: ${problem}`, {cause: error})
      }
      notes.push(problem)
    }
  }
  if (variable !== null) notes.push(`${paths[0]}, which ${variable} names, is not there`)
  return null
}

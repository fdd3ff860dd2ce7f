import {join} from 'node:path'

import {canary} from '../support/canary.ts'
import type {World} from '../support/world.ts'

/** What the token server lets in, and no output may show. */
export const canaries = {password: canary('Password'), identity: canary('Identity')}
export const password = canaries.password.word
export const identity = canaries.identity.word

/** One place where a login of user `puller` may be kept. */
export type KeptLogin = {
  readonly title: string
  /** Logins that the token server does not take before this one; default none. */
  readonly refusals?: number
  /** Writes what is needed into the folder of the run, and gives the environment for it. */
  readonly prepare: (w: World, host: string) => Promise<Record<string, string>> | Record<string, string>
}

export const keptLogins: readonly KeptLogin[] = [
  {
    title: 'user and password of a config.json',
    async prepare(w, host) {
      await w.dir.write('docker/config.json', JSON.stringify({auths: {[host]: {auth: basic(`puller:${password}`)}}}))
      return {DOCKER_CONFIG: 'docker'}
    },
  },
  {
    title: 'a mounted image pull secret',
    async prepare(w, host) {
      const wrong = {auth: basic('nobody:wrong')}
      const pattern = host.replace('.0.', '.*.')
      const auths = {'127.0.0.*:80': wrong, '*.*.*.*': wrong, [pattern]: wrong, [`${pattern}/acme`]: right}
      await w.dir.write('secret/.dockerconfigjson', JSON.stringify({auths}))
      return {DOCKER_CONFIG: 'secret'}
    },
  },
  {title: 'a variable', prepare: (_, host) => ({DOCKER_AUTH_CONFIG: JSON.stringify({auths: {[host]: right}})})},
  {
    title: "podman's file",
    async prepare(w, host) {
      const auths = {[host]: {auth: basic('nobody:wrong')}, [`${host}/acme`]: right}
      await w.dir.write('run/containers/auth.json', JSON.stringify({auths}))
      return {XDG_RUNTIME_DIR: join(w.dir.path, 'run')}
    },
  },
  {
    title: 'an identity token',
    async prepare(w, host) {
      const auths = {[host]: {auth: basic('0000:'), identitytoken: identity}}
      await w.dir.write('docker/config.json', JSON.stringify({auths}))
      return {DOCKER_CONFIG: 'docker'}
    },
  },
  {
    title: 'a credential helper',
    async prepare(w, host) {
      await helper(w, {Username: 'puller', Secret: password})
      await w.dir.write('docker/config.json', JSON.stringify({credHelpers: {[host]: 'test'}}))
      return withHelper(w)
    },
  },
  {
    title: 'a credential store with an identity token',
    async prepare(w, host) {
      await helper(w, {Username: '<token>', Secret: identity})
      await w.dir.write('docker/config.json', JSON.stringify({credsStore: 'test', auths: {[host]: {}}}))
      return withHelper(w)
    },
  },
  {
    title: 'source.credentials',
    async prepare(w, host) {
      await w.dir.write('password', `${password}\n`)
      const credentials = {username: 'puller', password: {file: 'password'}}
      const source = {oci: `oci://${host}/acme/config:prod`, credentials}
      await w.dir.write('tazuna-watch.yaml', JSON.stringify({apiVersion: 'tazuna-watch/v1', source}))
      return {DOCKER_AUTH_CONFIG: 'not even JSON'}
    },
  },
  {
    title: 'two image pull secrets, of which the first is refused',
    refusals: 1,
    async prepare(w, host) {
      const secret = (entry: unknown) => JSON.stringify({auths: {[host.replace('.0.', '.*.')]: entry}})
      await w.dir.write('pull-1/.dockerconfigjson', secret({auth: basic('nobody:wrong')}))
      const dockerConfig = [{file: 'pull-1/.dockerconfigjson'}, {env: 'SECOND_PULL_SECRET'}]
      const source = {oci: `oci://${host}/acme/config:prod`, credentials: {dockerConfig}}
      await w.dir.write('tazuna-watch.yaml', JSON.stringify({apiVersion: 'tazuna-watch/v1', source}))
      return {SECOND_PULL_SECRET: secret(right)}
    },
  },
]

const right = {username: 'puller', password}

export function basic(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** The environment for a run that finds the helper `test` in the folder `bin`. */
export function withHelper(w: World): Record<string, string> {
  return {DOCKER_CONFIG: 'docker', PATH: `${join(w.dir.path, 'bin')}:${process.env['PATH']}`}
}

async function helper(w: World, answer: {Username: string; Secret: string}): Promise<void> {
  const script = `#!/bin/sh\ncat > /dev/null\necho '${JSON.stringify(answer)}'\n`
  await w.dir.write('bin/docker-credential-test', script, 0o755)
}

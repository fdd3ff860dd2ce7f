import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {startServer} from './server-process.ts'

export type DockerRegistry = {
  /** `127.0.0.1:PORT` */
  readonly host: string
  [Symbol.asyncDispose](): Promise<void>
}

/** The one user of a registry with htpasswd. */
export const registryUser = {username: 'test-user', password: 'test-password'} as const

/** bcrypt of that password: the registry reads nothing else. */
const htpasswd = `${registryUser.username}:$2b$05$aoQt5PjFZ/vL8fegLf8.pefcDf4nxWDaDgRsPLiv66Nq.jJSq77hi\n`

/**
 * Starts Debian's docker-registry with plain HTTP and storage in a temp folder, which goes when it is disposed.
 * https://distribution.github.io/distribution/about/configuration/
 */
export async function startDockerRegistry(
  command: string,
  {auth = 'anonymous'}: {auth?: 'anonymous' | 'htpasswd'} = {},
): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'tazuna-watch-registry-'))
  const remove = () => rm(folder, {recursive: true, force: true})
  try {
    await writeFile(join(folder, 'htpasswd'), htpasswd)
    const configOf = (host: string) => ({
      version: '0.1',
      log: {level: 'error', accesslog: {disabled: true}},
      storage: {filesystem: {rootdirectory: join(folder, 'storage')}, delete: {enabled: true}},
      http: {addr: host, secret: 'shared by all replicas: there is one'},
      ...(auth === 'htpasswd' && {auth: {htpasswd: {realm: 'test', path: join(folder, 'htpasswd')}}}),
    })
    const server = await startServer(async host => {
      // JSON is YAML
      await writeFile(join(folder, 'config.yml'), JSON.stringify(configOf(host)))
      return {command, args: ['serve', join(folder, 'config.yml')], readyPath: '/v2/'}
    })
    return {
      host: server.host,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

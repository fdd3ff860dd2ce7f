import {writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {startServer} from '../support/server-process.ts'
import {tempDir} from '../support/temp-dir.ts'
import {startTokenServer, tokenSigner, type TokenServer, type TokenServerOptions} from '../support/token-server.ts'

export type TokenRegistry = AsyncDisposable & {
  /** `127.0.0.1:PORT` */
  readonly host: string
  readonly tokenServer: TokenServer
}

const issuer = 'test-issuer'

/** Debian's docker-registry on plain HTTP, with a token server of its own. The registry checks the signature of each token. */
export async function startTokenRegistry(
  command: string,
  options: Pick<TokenServerOptions, 'user' | 'refreshToken'>,
): Promise<TokenRegistry> {
  await using stack = new AsyncDisposableStack()
  const dir = stack.use(await tempDir())
  const {mint, certificateFile} = await tokenSigner(dir.path, issuer)
  const tokenServer = stack.use(await startTokenServer({...options, mint}))
  const token = {realm: tokenServer.realm, service: 'test-registry', issuer, rootcertbundle: certificateFile}
  const server = stack.use(
    await startServer(async host => {
      const config = {
        version: '0.1',
        log: {level: 'error', accesslog: {disabled: true}},
        storage: {filesystem: {rootdirectory: join(dir.path, 'storage')}},
        http: {addr: host, secret: 'one replica'},
        auth: {token},
      }
      // JSON is YAML
      await writeFile(join(dir.path, 'config.yml'), JSON.stringify(config))
      return {command, args: ['serve', join(dir.path, 'config.yml')], readyPath: '/v2/'}
    }),
  )
  const opened = stack.move()
  return {host: server.host, tokenServer, [Symbol.asyncDispose]: () => opened.disposeAsync()}
}

import {execFile} from 'node:child_process'
import {promisify} from 'node:util'

import {startServer} from '../support/server-process.ts'
import {tempDir} from '../support/temp-dir.ts'

/** A Pushgateway behind TLS and a login, as its own `--web.config.file` makes it. */
export type ClosedPushgateway = AsyncDisposable & {
  /** `https://127.0.0.1:PORT` */
  readonly url: string
  /** The path of its certificate, which nobody but itself has signed. */
  readonly caFile: string
}

/** Its one user. */
export const gatewayUser = {username: 'pusher', password: 'test-password'} as const

/** bcrypt of that password: the gateway reads nothing else. */
const hash = '$2b$05$aoQt5PjFZ/vL8fegLf8.pefcDf4nxWDaDgRsPLiv66Nq.jJSq77hi'

/**
 * Starts Debian's prometheus-pushgateway with a new certificate of its own. It is ready when it tells who talks to it
 * without TLS that it wants TLS. https://prometheus.io/docs/prometheus/latest/configuration/https/
 */
export async function startClosedPushgateway(command: string, openssl: string): Promise<ClosedPushgateway> {
  const dir = await tempDir()
  try {
    const [keyFile, caFile] = [`${dir.path}/key.pem`, `${dir.path}/cert.pem`]
    const kind = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=test'
    const words = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', keyFile, '-out', caFile]
    await promisify(execFile)(openssl, [...kind.split(' '), ...words])
    const config = {
      tls_server_config: {cert_file: caFile, key_file: keyFile},
      basic_auth_users: {[gatewayUser.username]: hash},
    }
    // JSON is YAML
    await dir.write('web.yml', JSON.stringify(config))
    const files = [`--web.config.file=${dir.path}/web.yml`, '--persistence.file=']
    const server = await startServer(host => ({
      command,
      args: [`--web.listen-address=${host}`, ...files, '--log.level=error'],
      readyPath: '/-/ready',
    }))
    return {
      url: `https://${server.host}`,
      caFile,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]()
        await dir[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await dir[Symbol.asyncDispose]()
    throw error
  }
}

import {execFile} from 'node:child_process'
import {mkdtemp} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'

import {opensslPath} from './tls-server.ts'

/** Two PEM files. */
export type ClientCertificate = {readonly certFile: string; readonly keyFile: string}

export type ClientName = {readonly user: string; readonly groups?: readonly string[]}

/** A new certificate authority for clients of a Kubernetes API, for `--client-ca-file`. */
export type ClientAuthority = {
  readonly caFile: string
  /** A certificate as Kubernetes reads it: the user is CN, each group one O. Valid for a day. */
  issue(name: ClientName): Promise<ClientCertificate>
}

/** Its files are written into `folder`, which must be there. */
export async function clientAuthority(folder: string): Promise<ClientAuthority> {
  const [caFile, caKeyFile] = [join(folder, 'clients.crt'), join(folder, 'clients.key')]
  await openssl([...newCertificate, '-subj', '/CN=clients', '-keyout', caKeyFile, '-out', caFile])
  return {
    caFile,
    async issue({user, groups = []}) {
      const own = await mkdtemp(join(folder, 'client-'))
      const [certFile, keyFile] = [join(own, 'client.crt'), join(own, 'client.key')]
      const subject = [...groups.map(group => `/O=${escape(group)}`), `/CN=${escape(user)}`].join('')
      const signer = ['-CA', caFile, '-CAkey', caKeyFile, '-addext', 'basicConstraints=critical,CA:FALSE']
      const usage = ['-addext', 'extendedKeyUsage=clientAuth']
      await openssl([...newCertificate, ...signer, ...usage, '-subj', subject, '-keyout', keyFile, '-out', certFile])
      return {certFile, keyFile}
    },
  }
}

const newCertificate = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -utf8'.split(' ')

/** Runs openssl; rejects with its stderr. */
export async function openssl(args: readonly string[]): Promise<void> {
  if (opensslPath === null) throw new Error('openssl is not there')
  await promisify(execFile)(opensslPath, args)
}

/** openssl-req(1): these have a meaning in `-subj`. */
function escape(text: string): string {
  return text.replaceAll(/[\\/+]/gu, String.raw`\$&`)
}

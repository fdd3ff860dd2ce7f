import {mkdir, readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {clientAuthority, openssl, type ClientAuthority} from './client-authority.ts'
import {requireExecutable} from './executables.ts'
import {startServer, type ServerCommand, type ServerProcess} from './server-process.ts'
import type {TempDir} from './temp-dir.ts'

const howToInstall = 'run test/kube-apiserver/build.sh (needs Go 1.26)'
/** Debian's etcd is too old for this kube-apiserver, so PATH does not count. */
const etcdPath = requireExecutable('kube-apiserver/etcd', howToInstall)
const apiserverPath = etcdPath && requireExecutable('kube-apiserver/kube-apiserver', howToInstall)

/** Whether etcd and kube-apiserver were built. */
export const kubeApiserverAvailable = apiserverPath !== null

export type KubeProcesses = AsyncDisposable & {
  /** `127.0.0.1:PORT` of the API, which listens but may not be ready. */
  readonly host: string
  /** The certificate that it made and signed itself, PEM. */
  readonly caFile: string
  readonly clients: ClientAuthority
  /** Of the kube-apiserver. */
  readonly pid: number
}

/** Starts etcd and a kube-apiserver with RBAC, whose files are in `dir`. `adminToken` is that of a cluster admin. */
export async function startKubeProcesses(dir: TempDir, adminToken: string): Promise<KubeProcesses> {
  if (etcdPath === null || apiserverPath === null) throw new Error(`kube-apiserver is not there: ${howToInstall}`)
  const certs = join(dir.path, 'certs')
  const accountKey = join(dir.path, 'accounts.key')
  const pidFile = join(dir.path, 'apiserver.pid')
  await mkdir(certs)
  const [clients, tokens] = await Promise.all([
    clientAuthority(certs),
    dir.write('tokens.csv', `${adminToken},admin,admin,"system:masters"\n`),
    openssl(['genrsa', '-out', accountKey, '2048']),
  ])

  await using started = new AsyncDisposableStack()
  const etcd = started.use(await startEtcd(etcdPath, join(dir.path, 'etcd')))
  const apiserver = started.use(
    await startServer(host =>
      withPidFile(pidFile, {
        command: apiserverPath,
        args: [
          `--etcd-servers=http://${etcd.host}`,
          '--bind-address=127.0.0.1',
          '--advertise-address=127.0.0.1',
          `--secure-port=${new URL(`http://${host}`).port}`,
          `--cert-dir=${certs}`,
          `--client-ca-file=${clients.caFile}`,
          '--service-account-issuer=https://kubernetes.test',
          `--service-account-key-file=${accountKey}`,
          `--service-account-signing-key-file=${accountKey}`,
          '--authorization-mode=RBAC',
          `--token-auth-file=${tokens}`,
          '--service-cluster-ip-range=10.0.0.0/24',
          // without controllers a namespace gets no `default` account, which this one would ask of every pod
          '--disable-admission-plugins=ServiceAccount',
          '--enable-priority-and-fairness=false',
        ],
        // to plain HTTP it answers 400 as soon as it listens
        readyPath: '/readyz',
      }),
    ),
  )
  const pid = Number(await readFile(pidFile, 'utf8'))
  // a stopped process would not end by SIGTERM, and a running one takes its time
  started.defer(() => void process.kill(pid, 'SIGKILL'))
  const kept = started.move()
  return {
    host: apiserver.host,
    caFile: join(certs, 'apiserver.crt'),
    clients,
    pid,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

function startEtcd(command: string, folder: string): Promise<ServerProcess> {
  return startServer(host => ({
    command,
    args: [
      `--data-dir=${folder}`,
      `--listen-client-urls=http://${host}`,
      `--advertise-client-urls=http://${host}`,
      // no other member will ask
      '--listen-peer-urls=http://127.0.0.1:0',
      '--log-level=error',
      '--unsafe-no-fsync',
    ],
    readyPath: '/health',
  }))
}

/** The same process (the shell becomes the server), which first writes its id. */
function withPidFile(pidFile: string, {command, args, readyPath}: ServerCommand): ServerCommand {
  return {command: '/bin/sh', args: ['-c', 'echo $$ >"$0"; exec "$@"', pidFile, command, ...args], readyPath}
}

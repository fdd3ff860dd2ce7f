import type {Secret} from '../secret.ts'

/** All that a kubeconfig, or a pod, says of how to reach an API server. */
export type KubeAccess = {
  /** `https://HOST:PORT`, perhaps with a path (of a gateway in front of several clusters), no slash at the end. */
  readonly server: string
  /** Of the context, or of the pod. */
  readonly namespace: string
  /** As whom, for messages. */
  readonly identity: string
  readonly tls: ServerTls
  readonly proxyUrl: string | null
  readonly user: KubeUser
}

export type ServerTls = {
  /** PEM; these authorities and no others. Null: the system's. */
  readonly ca: string | null
  readonly verify: boolean
  /** The name that the server's certificate must have, when that is not its host. */
  readonly serverName: string | null
}

export type KubeUser = {
  readonly login: Login
  readonly certificate: ClientCertificate | null
  readonly impersonation: Readonly<Record<string, string | string[]>>
}

/** PEM. */
export type ClientCertificate = {readonly certificate: string; readonly key: Secret}

export type Login =
  | {readonly kind: 'none'}
  | {readonly kind: 'token'; readonly token: Secret}
  /** Read for each request: it rotates. `fallback` is used while there is no such file. */
  | {readonly kind: 'token-file'; readonly path: string; readonly fallback: Secret | null}
  | {readonly kind: 'password'; readonly username: string; readonly password: Secret}
  | {readonly kind: 'exec'; readonly plugin: ExecPlugin}

/** A program that gives a credential. https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */
export type ExecPlugin = {
  readonly command: string
  readonly args: readonly string[]
  readonly env: readonly {readonly name: string; readonly value: string}[]
  readonly apiVersion: string
  readonly installHint: string
  /** The value of `KUBERNETES_EXEC_INFO`. */
  readonly info: string
}

import {z} from 'zod'

/** As in Go, null and what is not there are the empty value; unknown keys are not looked at. */
const text = z
  .string()
  .nullish()
  .transform(value => value ?? '')
const flag = z
  .boolean()
  .nullish()
  .transform(value => value ?? false)

function list<T extends z.ZodType>(item: T) {
  return z
    .array(item)
    .nullish()
    .transform(items => items ?? [])
}

const extension = z.object({name: text, extension: z.unknown()})

const cluster = z.object({
  server: text,
  'tls-server-name': text,
  'insecure-skip-tls-verify': flag,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'proxy-url': text,
  extensions: list(extension),
})
export type ClusterEntry = z.output<typeof cluster>

const exec = z.object({
  command: text,
  args: list(z.string()),
  env: list(z.object({name: text, value: text})),
  apiVersion: text,
  installHint: text,
  provideClusterInfo: flag,
  interactiveMode: text,
})
export type ExecEntry = z.output<typeof exec>

const user = z.object({
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  token: text,
  tokenFile: text,
  as: text,
  'as-uid': text,
  'as-groups': list(z.string()),
  'as-user-extra': z
    .record(z.string(), z.array(z.string()))
    .nullish()
    .transform(extra => extra ?? {}),
  username: text,
  password: text,
  'auth-provider': z.object({name: text}).nullish(),
  exec: exec.nullish(),
})
export type UserEntry = z.output<typeof user>

const context = z.object({cluster: text, user: text, namespace: text})
export type ContextEntry = z.output<typeof context>

/**
 * The parts of a kubeconfig that say how to reach an API server.
 * https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
export const kubeconfigSchema = z.object({
  'current-context': text,
  clusters: list(z.object({name: text, cluster: cluster.nullish()})),
  contexts: list(z.object({name: text, context: context.nullish()})),
  users: list(z.object({name: text, user: user.nullish()})),
})
export type Kubeconfig = z.output<typeof kubeconfigSchema>

/** What an entry without content says: nothing. */
export const emptyEntries = {
  cluster: cluster.parse({}, {jitless: true}),
  context: context.parse({}, {jitless: true}),
  user: user.parse({}, {jitless: true}),
} as const

import type {ArtifactFiles} from './registry.ts'

type Changes = {
  /** Replicas of the Deployment web/nginx. */
  replicas?: number
  /** Whether the ConfigMap web/nginx-conf is rendered. */
  conf?: boolean
  /** Whether the Service web/nginx is rendered. */
  service?: boolean
  /** Whether the folder of `payments` has its kustomization.yaml. */
  payments?: boolean
}

/** A small tazuna.yaml with four Manifests, one of them a GenesisSecret. */
export function sampleFiles({replicas = 2, conf = true, service = false, payments = true}: Changes): ArtifactFiles {
  const web = ['deployment.yaml', ...(conf ? ['conf.yaml'] : []), ...(service ? ['service.yaml'] : [])]
  return {
    'tazuna.yaml': tazunaYaml,
    'web/kustomization.yaml': kustomization(web),
    'web/deployment.yaml': object('apps/v1', 'Deployment', 'web', 'nginx', `spec: {replicas: ${replicas}}`),
    ...(conf && {'web/conf.yaml': object('v1', 'ConfigMap', 'web', 'nginx-conf', 'data: {workers: "4"}')}),
    ...(service && {'web/service.yaml': object('v1', 'Service', 'web', 'nginx', 'spec: {ports: [{port: 80}]}')}),
    'batch/kustomization.yaml': kustomization(['cronjob.yaml']),
    'batch/cronjob.yaml': object('batch/v1', 'CronJob', 'batch', 'nightly', 'spec: {schedule: "0 3 * * *"}'),
    ...(payments && {'payments/kustomization.yaml': kustomization(['deployment.yaml'])}),
    'payments/deployment.yaml': object('apps/v1', 'Deployment', 'payments', 'api', 'spec: {replicas: 3}'),
    'app-secret.yaml': genesisSecret,
    'app.env': 'TOKEN=not-a-real-one\n',
  }
}

const tazunaYaml = `apiVersion: tazuna.pepabo.com/v1
kind: Tazuna
spec:
  providers:
    - {name: local, type: envfile, envfile: {path: app.env}}
  manifests:
    - {name: web, type: kustomize, path: web}
    - {name: batch, type: kustomize, path: batch}
    - {name: payments, type: kustomize, path: payments}
    - {name: app-secret, type: genesissecret, path: app-secret.yaml}
`

const genesisSecret = `apiVersion: tazuna.pepabo.com/v1
kind: GenesisSecret
spec:
  provider: local
  secrets:
    - items: {TOKEN: {mapTo: token}}
  outputs:
    - kubernetesSecret: {name: app-secret, namespace: web}
`

function kustomization(resources: readonly string[]): string {
  return `resources: [${resources.join(', ')}]\n`
}

function object(apiVersion: string, kind: string, namespace: string, name: string, rest: string): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: ${namespace}}\n${rest}\n`
}

import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {afterAll, beforeAll, describe, expect, it} from 'vitest'

import {reportOf} from '../support/cli.ts'
import {registryUser, startDockerRegistry, type DockerRegistry} from '../support/docker-registry.ts'
import {requireExecutable} from '../support/executables.ts'
import {oras, orasPath} from '../support/oras.ts'
import {startPushgateway, type GatewayGroup, type Pushgateway} from '../support/pushgateway.ts'
import {configMap, deployment, writeSource, type Manifests} from '../support/tazuna-yaml.ts'
import {world, type World} from '../support/world.ts'

const registryPath = requireExecutable('docker-registry', 'apt-get install docker-registry')
const gatewayPath = requireExecutable('pushgateway', '') ?? requireExecutable('prometheus-pushgateway', 'apt-get install prometheus-pushgateway')

const {username, password} = registryUser
const revision = 'prod@sha1:4f1c2d3e8f6a7b5c4d3e2f1a0b9c8d7e6f5a4b3c'
const json = ['--format', 'json', '--cluster', 'x']

describe.skipIf(registryPath === null || orasPath === null || gatewayPath === null)('run with real servers', () => {
  let registry: DockerRegistry
  let closedRegistry: DockerRegistry
  let gateway: Pushgateway
  beforeAll(async () => {
    ;[registry, closedRegistry, gateway] = await Promise.all([
      startDockerRegistry(registryPath!),
      startDockerRegistry(registryPath!, {auth: 'htpasswd'}),
      startPushgateway(gatewayPath!),
    ])
  })
  afterAll(() =>
    Promise.all([registry, closedRegistry, gateway].map(server => server[Symbol.asyncDispose]()))
  )

  /** What the gateway has of a cluster. */
  async function groupOf(cluster: string): Promise<GatewayGroup | undefined> {
    return (await gateway.metrics()).find(({labels}) => labels['cluster'] === cluster)
  }
})

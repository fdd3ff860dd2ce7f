import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {errorBody, type RegistryAnswer, type StoredDescriptor} from '../support/fake-registry.ts'
import {addArtifact, addFileLayer} from './artifact-builder.ts'
import {openPullWorld, type PullWorld} from './pull-world.ts'

describe('pullArtifact from a registry that answers no', () => {
  let world: PullWorld
  let layer: StoredDescriptor
  let manifest: StoredDescriptor
  beforeEach(async () => {
    world = await openPullWorld()
    layer = addFileLayer(world.registry, 'tazuna.yaml', 'x'.repeat(1000))
    manifest = addArtifact(world.registry, [layer])
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const json = {'content-type': 'application/json'}

  it.each([
    [
      404,
      {headers: json, body: errorBody('MANIFEST_UNKNOWN', 'manifest unknown')},
      'ARTIFACT_NOT_FOUND',
      'the registry answered 404: MANIFEST_UNKNOWN: manifest unknown',
    ],
    [410, {}, 'ARTIFACT_NOT_FOUND', 'the registry answered 410'],
    [403, {headers: json, body: errorBody('DENIED', 'no')}, 'ARTIFACT_DENIED', 'the registry answered 403: DENIED: no'],
    [
      403,
      {headers: json, body: errorBody('DENIED', 'Your authorization token has expired. Reauthenticate and try again.')},
      'ARTIFACT_AUTH_FAILED',
      'DENIED: Your authorization token has expired.',
    ],
    [408, {}, 'ARTIFACT_TIMEOUT', 'the registry answered 408'],
    [429, {}, 'ARTIFACT_RATE_LIMITED', 'the registry answered 429'],
    [500, {body: '<html>oops</html>', headers: {'content-type': 'text/html'}}, 'ARTIFACT_SERVER_ERROR', 'answered 500'],
    [
      502,
      {body: 'bad\u001B[31m gateway\n', headers: {'content-type': 'text/plain'}},
      'ARTIFACT_SERVER_ERROR',
      '502: bad [31m gateway',
    ],
    [503, {headers: json, body: '{"errors":[null]}'}, 'ARTIFACT_SERVER_ERROR', 'answered 503'],
    [503, {headers: json, body: '{"errors":"x"}'}, 'ARTIFACT_SERVER_ERROR', 'answered 503'],
    [503, {headers: json, body: 'null'}, 'ARTIFACT_SERVER_ERROR', 'answered 503'],
    [418, {}, 'ARTIFACT_SERVER_ERROR', 'answered 418'],
    [206, {}, 'ARTIFACT_SERVER_ERROR', 'answered 206'],
    [
      400,
      {body: 'Client sent an HTTP request to an HTTPS server.\n', headers: {'content-type': 'text/plain'}},
      'ARTIFACT_TLS',
      'Client sent an HTTP request to an HTTPS server.',
    ],
  ] satisfies [number, RegistryAnswer, string, string][])(
    'says what a %i means',
    async (status, answer, code, text) => {
      world.registry.answer('manifests/prod', {status, ...answer})
      const start = `pulling oci://${world.registry.host}/acme/config:prod: fetching manifest prod: `
      expect(await world.failure()).toMatchObject({code, message: expect.stringContaining(text) as unknown})
      expect(await world.failure()).toMatchObject({message: expect.stringContaining(start) as unknown})
      world.registry.answer('manifests/prod', null)
      world.registry.answer(`blobs/${layer.digest}`, {status, ...answer})
      const blobStart = `acme/config:prod (${manifest.digest}): fetching layer ${layer.digest}: `
      expect(await world.failure()).toMatchObject({code, message: expect.stringContaining(blobStart) as unknown})
    },
  )

  it.each([
    ['{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}', ': UNAUTHORIZED: no'],
    ['{"errors":[{"code":7,"message":"no"}]}', ': no'],
    ['{"error":"invalid_grant","error_description":"it expired"}', ': invalid_grant: it expired'],
    ['{"error":{"code":"X","message":"no"}}', ': X: no'],
    ['{"details":"incorrect username or password"}', ': incorrect username or password'],
    ['{"message":"no"}', ': no'],
    ['{"errors":[]}', ''],
    ['[]', ''],
    ['"text"', ''],
    [
      '{"errors":[{"message":"see https://s3.example.com/a/b?X-Amz-Signature=word&x=1 and"}]}',
      ': see https://s3.example.com/a/b and',
    ],
    [
      '{"errors":[{"message":"\\"https://x.example.com/?a=word\\" is no place#word"}]}',
      ': "https://x.example.com/" is no place#word',
    ],
  ])('quotes what is a text of %s', async (body, text) => {
    world.registry.answer('manifests/prod', {status: 404, headers: json, body})
    const {message} = (await world.failure()) as Error
    expect(message.slice(message.indexOf('answered'))).toBe(`answered 404${text}`)
  })

  it('cuts what the registry says', async () => {
    const body = errorBody('UNKNOWN', `a\u0000b\u009B${'x'.repeat(20_000)}`)
    world.registry.answer('manifests/prod', {status: 500, headers: json, body: body.slice(0, 10_000) + body.slice(-10)})
    const error = await world.failure()
    expect(error).toMatchObject({message: expect.stringMatching(/: UNKNOWN: a b x+…$/) as unknown})
    expect((error as Error).message.length).toBeLessThan(420)
  })
})

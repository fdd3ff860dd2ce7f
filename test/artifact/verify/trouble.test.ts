import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {digestOf, type RegistryAnswer} from '../../support/fake-registry.ts'
import {signClassic, simplePayload} from './signer.ts'
import {openVerifyWorld, type VerifyWorld} from './verify-world.ts'

describe('where trouble may pass', () => {
  let world: VerifyWorld
  beforeEach(async () => {
    world = await openVerifyWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const calls = () => {
    const {digest} = world.artifact
    const name = digest.replace(':', '-')
    const payload = simplePayload(digest)
    signClassic(world.registry, digest, world.signer)
    return [`referrers/${digest}`, `manifests/${name}`, `manifests/${name}.sig`, `blobs/${digestOf(payload)}`]
  }

  it.each<[RegistryAnswer, string]>([
    [{status: 500}, 'ARTIFACT_SERVER_ERROR'],
    [{status: 503}, 'ARTIFACT_SERVER_ERROR'],
    [{status: 429}, 'ARTIFACT_RATE_LIMITED'],
    [{status: 429, headers: {'retry-after': '3600'}}, 'ARTIFACT_RATE_LIMITED'],
    [{status: 408}, 'ARTIFACT_TIMEOUT'],
    ['reset', 'ARTIFACT_NETWORK'],
  ])('%j is no missing signature, at any call, even when none is required', async (answer, code) => {
    for (const path of calls()) {
      world.registry.answer(path, answer)
      expect(await world.refusal({require: false}), path).toMatchObject({code})
      world.registry.answer(path, null)
    }
  })

  it('tries again', async () => {
    for (const path of calls()) world.registry.answer(path, {status: 503}, 'reset', null)
    expect(await world.verifiedBy()).toEqual([world.signer.key.name])
  })

  it('a login that is refused is no missing signature either', async () => {
    for (const path of calls()) {
      world.registry.answer(path, {status: 401, headers: {'www-authenticate': 'Basic realm="x"'}})
      expect(await world.refusal({require: false}), path).toMatchObject({code: 'ARTIFACT_AUTH_REQUIRED'})
      world.registry.answer(path, null)
    }
  })

  it('an interrupt ends it', async () => {
    const [path] = calls()
    world.registry.answer(path!, 'hang')
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 100)
    expect(await world.refusal({require: false}, {signal: stop.signal})).toMatchObject({code: 'CANCELLED'})
  })
})

import {expect, it} from 'vitest'

import {attemptOf} from '../../src/artifact/attempt.ts'
import {parseChallenges} from '../../src/artifact/challenge.ts'
import {openLogin, type RegistryLogin} from '../../src/artifact/login.ts'
import {toOrigin} from '../../src/artifact/origin.ts'
import {parseReference} from '../../src/artifact/reference.ts'
import {httpClient, type Http} from '../../src/http.ts'
import {startTokenServer} from '../support/token-server.ts'
import {instantTiming, nobody} from './pull-world.ts'

const step = {attempt: attemptOf('pulling x'), signal: new AbortController().signal}

function openLoginOfNobody(http: Http): RegistryLogin {
  return openLogin({
    http,
    origin: toOrigin('127.0.0.1:5000', false),
    reference: parseReference('oci://127.0.0.1:5000/acme/config'),
    credentials: nobody,
    onSecret: () => undefined,
    timing: instantTiming(),
  })
}

it('asks for one token when several requests are refused at once, and for another when that one is', async () => {
  await using server = await startTokenServer()
  const http = httpClient({env: {}})
  const login = openLoginOfNobody(http)
  const header = () => login.forRequest(step).header()
  const refuse = async () => {
    const sent = await header()
    const [challenge] = parseChallenges(`Bearer realm="${server.realm}"`)
    const refusal = {status: 401, challenge: challenge!, schemes: 'bearer', isScope: false, sent, said: ''}
    await login.forRequest(step).answer(refusal)
  }
  await Promise.all([refuse(), refuse(), refuse()])
  expect(server.calls).toHaveLength(1)
  expect(await header()).toBe(`Bearer ${server.tokens[0]}`)
  await Promise.all([refuse(), refuse(), refuse()])
  expect(server.calls).toHaveLength(2)
  expect(await header()).toBe(`Bearer ${server.tokens[1]}`)
  await http.close()
})

it('keeps a token for each scope and service, and takes none twice that was refused', async () => {
  await using server = await startTokenServer()
  const http = httpClient({env: {}})
  const login = openLoginOfNobody(http)
  async function ask(service: string, scope: string): Promise<string | null> {
    const [challenge] = parseChallenges(`Bearer realm="${server.realm}",service="${service}",scope="${scope}"`)
    const request = login.forRequest(step)
    const sent = await request.header()
    await request.answer({status: 401, challenge: challenge!, schemes: 'bearer', isScope: false, sent, said: ''})
    return await request.header()
  }
  const one = await ask('a', 'one')
  const two = await ask('a', 'two')
  const other = await ask('b', 'one')
  expect(new Set([one, two, other]).size).toBe(3)
  expect(await ask('a', 'one')).toBe(one)
  expect(await ask('a', 'two')).toBe(two)
  expect(await ask('a', 'two')).not.toBe(two)
  expect(server.calls.map(({service, scopes}) => `${service} ${scopes.join()}`)).toEqual([
    'a one',
    'a two',
    'b one',
    'a two',
  ])
  await http.close()
})

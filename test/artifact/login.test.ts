import {expect, it} from 'vitest'

import {attemptOf} from '../../src/artifact/attempt.ts'
import {parseChallenges} from '../../src/artifact/challenge.ts'
import {openLogin} from '../../src/artifact/login.ts'
import {toOrigin} from '../../src/artifact/origin.ts'
import {parseReference} from '../../src/artifact/reference.ts'
import {httpClient} from '../../src/http.ts'
import {startTokenServer} from '../support/token-server.ts'
import {instantTiming, nobody} from './pull-world.ts'

it('asks for one token when several requests are refused at once, and for another when that one is', async () => {
  await using server = await startTokenServer()
  const http = httpClient({env: {}})
  const login = openLogin({
    http,
    origin: toOrigin('127.0.0.1:5000', false),
    reference: parseReference('oci://127.0.0.1:5000/acme/config'),
    credentials: nobody,
    onSecret: () => undefined,
    timing: instantTiming(),
  })
  const refuse = () =>
    login.answer({
      challenges: parseChallenges(`Bearer realm="${server.realm}"`),
      sent: login.header(),
      said: '',
      attempt: attemptOf('pulling x'),
      signal: new AbortController().signal,
    })
  await Promise.all([refuse(), refuse(), refuse()])
  expect(server.calls).toHaveLength(1)
  expect(login.header()).toBe(`Bearer ${server.tokens[0]}`)
  await Promise.all([refuse(), refuse(), refuse()])
  expect(server.calls).toHaveLength(2)
  expect(login.header()).toBe(`Bearer ${server.tokens[1]}`)
  await http.close()
})

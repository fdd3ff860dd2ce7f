import {describe, expect, it} from 'vitest'

import {WatchError} from '../../../src/errors.ts'
import type {Http, HttpRequest} from '../../../src/http.ts'
import {toSigningKey, withSignature} from '../../../src/notify/webhook/signature.ts'
import {Secret} from '../../../src/secret.ts'
import {signatureProblem, type Received} from './standard-verifier.ts'

/** The one that the specification's own libraries are tested with. */
const published = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  sentAt: new Date(1_614_265_330_000),
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
}
const older = `whsec_${Buffer.alloc(64, 'older').toString('base64')}`
const stranger = `whsec_${Buffer.alloc(24, 'stranger').toString('base64')}`
const ref = {env: 'SIGNING_SECRET'}

const keyOf = (secret: string) => toSigningKey(new Secret(secret), ref)

/** What goes out for each of the bodies, one after the other. */
async function sendAll(secrets: readonly string[], bodies: readonly string[], clock: () => Date): Promise<Received[]> {
  const sent: Received[] = []
  const http = {
    request({headers = {}, body = ''}: HttpRequest) {
      sent.push({headers, body})
      return Promise.reject(new Error('not here'))
    },
  } as unknown as Http
  const signed = withSignature(http, {id: published.id, keys: secrets.map(keyOf), clock})
  for (const body of bodies) await signed.request({method: 'POST', url: 'http://a.example', body}).catch(() => null)
  return sent
}

async function sendOne(secrets: readonly string[], body = published.body): Promise<Received> {
  const [sent] = await sendAll(secrets, [body], () => published.sentAt)
  return sent!
}

describe('a signature', () => {
  it('is the published one for the published message', async () => {
    expect((await sendOne([published.secret])).headers).toEqual({
      'webhook-id': published.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': published.signature,
    })
  })

  it('is of the time of each attempt', async () => {
    let now = published.sentAt.getTime()
    const sent = await sendAll([published.secret], ['a', 'a'], () => new Date((now += 9_999)))
    expect(sent.map(({headers}) => headers['webhook-timestamp'])).toEqual(['1614265339', '1614265349'])
    for (const one of sent) expect(await signatureProblem(one, published.secret, new Date(now))).toBeNull()
  })

  it.each(['', 'ü 名 👩‍👩‍👧‍👦', '{"a":"\\u0000\\ud83d"}'])('is right for the body %j', async body => {
    expect(await signatureProblem(await sendOne([older], body), older, published.sentAt)).toBeNull()
  })

  it('is there for each secret, so that receivers with either one take the message', async () => {
    const sent = await sendOne([published.secret, older])
    expect(sent.headers['webhook-signature']).toMatch(/^v1,\S{44} v1,\S{44}$/)
    expect(await signatureProblem(sent, published.secret, published.sentAt)).toBeNull()
    expect(await signatureProblem(sent, older, published.sentAt)).toBeNull()
    expect(await signatureProblem(sent, stranger, published.sentAt)).toBe('no signature is right')
  })

  it('is not there without a secret', async () => {
    expect((await sendOne([])).headers).toEqual({'webhook-id': published.id, 'webhook-timestamp': '1614265330'})
  })

  it.each<[string, (sent: Received) => Received]>([
    ['the body', sent => ({...sent, body: `${sent.body} `})],
    ['the id', sent => ({...sent, headers: {...sent.headers, 'webhook-id': 'msg_other'}})],
    ['the time', sent => ({...sent, headers: {...sent.headers, 'webhook-timestamp': '1614265331'}})],
    [
      'what is id and what is body',
      sent => ({body: sent.body.slice(1), headers: {...sent.headers, 'webhook-id': `${published.id}{`}}),
    ],
    ['the version', sent => ({...sent, headers: {...sent.headers, 'webhook-signature': `v2${published.signature}`}})],
  ])('is wrong when somebody alters %s', async (_, alter) => {
    const sent = alter(await sendOne([published.secret]))
    expect(await signatureProblem(sent, published.secret, published.sentAt)).toBe('no signature is right')
  })
})

describe('a signing secret', () => {
  it.each([24, 25, 26, 32, 63, 64])('may have %i bytes', bytes => {
    const encoded = Buffer.alloc(bytes, 'ÿ?>').toString('base64')
    expect(keyOf(`whsec_${encoded}`).reveal()).toBe(encoded)
  })

  it.each([
    ['of too few bytes', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['of too many bytes', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['of none', 'whsec_'],
    ['without its prefix', Buffer.alloc(32).toString('base64')],
    ['of an asymmetric kind', `whsk_${Buffer.alloc(32).toString('base64')}`],
    ['without its padding', `whsec_${Buffer.alloc(32).toString('base64').replace('=', '')}`],
    ['in base64url', `whsec_${Buffer.alloc(32, 'ÿ?>').toString('base64url')}`],
    ['in hex', `whsec_${Buffer.alloc(24, 1).toString('hex')}x`],
    ['with a break in it', `whsec_${'A'.repeat(16)}\n${'A'.repeat(16)}`],
    ['that is another text', 'correct horse battery staple, said the horse'],
  ])('%s is refused by the name of its variable, and not shown', (_, secret) => {
    const refused = () => toSigningKey(new Secret(secret), ref)
    expect(refused).toThrow(WatchError)
    expect(refused).toThrow(
      /^reading a secret from variable SIGNING_SECRET: it is not whsec_ with 24 to 64 bytes in base64 behind it$/,
    )
  })

  it('in a file is refused by its path', () => {
    expect(() => toSigningKey(new Secret('x'), {file: 'a/secret'})).toThrow('reading a secret from file a/secret: ')
  })
})

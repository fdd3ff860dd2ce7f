import {errorBody, type FakeRegistry, type RegistryAnswer, type StoredDescriptor} from './fake-registry.ts'
import type {RecordedCall, Recorder} from './recorder.ts'

/** A registry with one artifact of one layer under the tag `prod`, and another place that it may lead to. */
export type HostileWorld = {
  readonly registry: FakeRegistry
  readonly elsewhere: Recorder
  readonly layer: StoredDescriptor
}

type Scenario = (world: HostileWorld) => void

const json = {'content-type': 'application/json'}
const manifest = 'manifests/prod'
const blobOf = ({layer}: HostileWorld) => `blobs/${layer.digest}`
const to = (location: string, status = 307): RegistryAnswer => ({status, headers: {location}})
const bearer = (realm: string, more = '') => `Bearer realm="${realm}",service="reg"${more}`
const refusal = (status: number, challenge: string): RegistryAnswer => ({
  status,
  headers: {...json, 'www-authenticate': challenge},
  body: errorBody('DENIED', 'no'),
})
const realmOf = ({elsewhere}: HostileWorld) => `http://${elsewhere.host}/token`
const giveTokens = ({elsewhere}: HostileWorld) => elsewhere.answer({body: '{"token":"token-1"}'})

/** The right answer first, which wants the login; then what is hostile. */
const blobAnswers = (answer: (world: HostileWorld) => RegistryAnswer): Scenario => {
  return world => world.registry.answer(blobOf(world), answer(world))
}

/** What registries do to those who trust them, by name: every answer of theirs that is not the right one. */
export const hostileScenarios = {
  // https://github.com/oras-project/oras-go/security/advisories/GHSA-vh4v-2xq2-g5cg
  'redirects to another port': world => {
    world.elsewhere.answer({body: 'content'})
    world.registry.answer(blobOf(world), to(`http://${world.elsewhere.host}/blob?X-Amz-Signature=word`))
  },
  'redirects to another name of the same machine': world => {
    world.elsewhere.answer({body: 'content'})
    world.registry.answer(blobOf(world), to(`http://localhost:${world.elsewhere.host.split(':')[1]}/blob`))
  },
  'redirects to storage that asks for a login': world => {
    world.elsewhere.answer({status: 401, headers: {'www-authenticate': 'Basic realm="give me"'}})
    world.registry.answer(blobOf(world), to(`http://${world.elsewhere.host}/blob`))
  },
  'redirects to storage that asks for a token of its own service': world => {
    const challenge = bearer(realmOf(world))
    world.elsewhere.answer({status: 401, headers: {'www-authenticate': challenge}})
    world.registry.answer(blobOf(world), to(`http://${world.elsewhere.host}/blob`))
  },
  'redirects elsewhere and from there back to itself': world => {
    const back = `http://${world.registry.host}/v2/acme/config/${blobOf(world)}?again`
    world.elsewhere.answer({status: 307, headers: {location: back}})
    world.registry.answer(`${blobOf(world)}?again`, {body: 'content'})
    world.registry.answer(blobOf(world), to(`http://${world.elsewhere.host}/blob`))
  },
  'redirects in a circle': world => world.registry.answer(blobOf(world), to(`/v2/acme/config/${blobOf(world)}`)),
  'redirects to a file': blobAnswers(() => to('file:///etc/passwd')),
  'redirects with a user in the URL': world => {
    world.elsewhere.answer({body: 'content'})
    world.registry.answer(blobOf(world), to(`http://user:word@${world.elsewhere.host}/blob`))
  },
  'redirects to two places at once': blobAnswers(({elsewhere}) => ({
    status: 307,
    headers: {location: [`http://${elsewhere.host}/a`, `http://${elsewhere.host}/b`]},
  })),
  'redirects the referrers to its web pages': ({registry, elsewhere}) => {
    registry.answer('referrers/sha256:0', to(`http://${elsewhere.host}/ui`, 303))
  },
  'sets a cookie': world => {
    world.registry.answer(manifest, null, {with: {'set-cookie': 'id=1'}})
  },

  'refuses every login, with another challenge each time': ({registry}) => {
    registry.answer(manifest, ...['a', 'b', 'c', 'd', 'e'].map(realm => refusal(401, `Basic realm="${realm}"`)))
  },
  // https://github.com/regclient/regclient/issues/189
  'refuses every token, and asks for more scopes each time': world => {
    giveTokens(world)
    const scopes = ['a', 'a b', 'a b c', 'a b c d']
    const challenges = scopes.map(scope => bearer(realmOf(world), `,scope="${scope}"`))
    world.registry.answer(manifest, ...challenges.map(challenge => refusal(401, challenge)))
  },
  'says for ever that the scope is not enough': world => {
    giveTokens(world)
    const challenge = bearer(realmOf(world), ',scope="more",error="insufficient_scope"')
    world.registry.answer(manifest, refusal(403, challenge))
  },
  'refuses in turns, 401 and 403': world => {
    giveTokens(world)
    const challenge = bearer(realmOf(world), ',error="insufficient_scope"')
    const turns = [401, 403, 401, 403, 401, 403].map(status => refusal(status, challenge))
    world.registry.answer(manifest, ...turns)
  },
  'has a token service that redirects': world => {
    world.registry.requireToken([], bearer(realmOf(world)))
    world.elsewhere.answer({status: 307, headers: {location: `http://${world.registry.host}/steal`}})
  },
  'has a token service that refuses the login': world => {
    world.registry.requireToken([], bearer(realmOf(world)))
    world.elsewhere.answer({status: 401, headers: json, body: '{"error":"invalid_grant","error_description":"no"}'})
  },
  'has a token with a line break': world => {
    world.registry.requireToken([], bearer(realmOf(world)))
    world.elsewhere.answer({body: JSON.stringify({token: 'a\r\nx-evil: 1'})})
  },
  'has a token without end': world => {
    world.registry.requireToken([], bearer(realmOf(world)))
    world.elsewhere.answer({body: JSON.stringify({token: 'x'.repeat(200_000)})})
  },

  'says that an ECR token has expired': ({registry}) => {
    const body = errorBody('DENIED', 'Your authorization token has expired. Reauthenticate and try again.')
    registry.answer(manifest, refusal(401, 'Basic realm="ecr"'), {status: 403, headers: json, body})
  },
  'is busy for seven seconds': ({registry}) => {
    registry.answer(manifest, {status: 429, headers: {'retry-after': '7'}}, null)
  },
  'is busy until nine seconds past noon': ({registry}) => {
    registry.answer(manifest, {status: 429, headers: {'retry-after': 'Sat, 21 Nov 2026 12:00:09 GMT'}}, null)
  },
  'is busy for a day': ({registry}) => registry.answer(manifest, {status: 429, headers: {'retry-after': '86400'}}),
  'is always busy': ({registry}) => registry.answer(manifest, {status: 503}),

  'breaks off in the body': blobAnswers(() => ({cutAfter: 3})),
  'sends other bytes': blobAnswers(() => 'altered'),
  'sends a blob without end': blobAnswers(() => 'endless'),
  'sends a manifest without end': ({registry}) => registry.answer(manifest, 'endless'),
  'sends an error without end': ({registry}) => {
    registry.answer(manifest, {status: 404, headers: json, body: `{"errors":[{"code":"${'x'.repeat(5_000_000)}"}]}`})
  },
  'sends a web page': ({registry}) => registry.answer(manifest, {with: {'content-type': 'text/html'}}),
  'sends it compressed': blobAnswers(() => ({with: {'content-encoding': 'gzip'}})),
  'lies about the digest': ({registry}) => {
    registry.answer(manifest, {with: {'docker-content-digest': `sha256:${'0'.repeat(64)}`}})
  },
  'sends one byte at a time': blobAnswers(() => 'slow'),
  'does not answer, then stops in a body': world => {
    world.registry.answer(manifest, 'hang', null)
    world.registry.answer(blobOf(world), {stallAfter: 3}, null)
  },
  'refuses HEAD': ({registry}) => registry.answer(manifest, {status: 405}),
  'has storage that refuses HEAD': world => {
    world.elsewhere.answer({status: 403})
    world.registry.answer(manifest, to(`http://${world.elsewhere.host}/manifest?X-Amz-Signature=word`))
  },
  'speaks in colours, and of links that are secret': ({registry}) => {
    const message = `\u001B[31mno\u0000\u009B \u202Ehttps://s3.example.com/x?X-Amz-Signature=word ${'x'.repeat(900)}`
    registry.answer(manifest, {status: 500, headers: json, body: errorBody('OOPS', message)})
  },
} satisfies Record<string, Scenario>

export type HostileScenario = keyof typeof hostileScenarios

/** What arrived, a line each: method, path below the repository, and how it was logged in. */
export function sent(calls: readonly Pick<RecordedCall, 'method' | 'path' | 'headers'>[]): string[] {
  return calls.map(({method, path, headers}) => {
    const {authorization, cookie} = headers
    const login = authorization === undefined ? [] : [`with ${authorization.split(' ')[0]}`]
    const cookies = cookie === undefined ? [] : [`with a cookie`]
    return [method, path.replace('/v2/acme/config/', ''), ...login, ...cookies].join(' ')
  })
}

import {attemptOf} from '../../src/artifact/attempt.ts'
import {parseChallenges, type Challenge} from '../../src/artifact/challenge.ts'
import {toOrigin} from '../../src/artifact/origin.ts'
import {checkRealm} from '../../src/artifact/realm.ts'
import {requireThat, type FuzzTarget} from './fuzz-target.ts'
import {mutateText} from './mutate.ts'
import {listOf, type Random} from './random.ts'

/** What registries say: distribution, Docker Hub, GHCR, ECR, ACR, GitLab, icr.io, proxies. */
const real = [
  'Basic realm="Registry Realm"',
  'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:samalba/my-app:pull,push"',
  'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:acme/config:pull"',
  'Basic realm="https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/",service="ecr.amazonaws.com"',
  'Bearer realm="https://acme.azurecr.io/oauth2/token",service="acme.azurecr.io"',
  'Bearer realm="https://gitlab.example/jwt/auth",service="container_registry",scope="repository:a/b:pull",error="invalid_token"',
  'Bearer realm="https://icr.io/oauth/token",service="registry",error="insufficient_scope",scope="repository:x:pull"',
  'Negotiate, NTLM, Basic realm="proxy"',
  'Negotiate a87421000492aa874209af8bc028==, Digest realm="x", nonce="abc\\"def", qop="auth,auth-int", algorithm=MD5',
  'bearer Realm = "http://127.0.0.1:5000/token" , Service=x',
]

const words = [
  'Bearer ',
  'Basic ',
  'Negotiate',
  'realm=',
  'realm="',
  'service=',
  'scope=',
  'error=',
  ', ',
  '="',
  '\\"',
  '"',
  '==',
  ',',
  'https://',
  'http://',
  'file:///etc',
  'https://u:p@h/',
  '[::1]',
  '169.254.169.254',
  '10.0.0.1',
  'localhost',
  '%00',
  'https://auth.example/token',
  'http://registry.example:5000/token',
  'https://0x7f.1/',
  'https://①②⑦.0.0.1/',
]

const origin = toOrigin('registry.example', false)
const attempt = attemptOf('pulling oci://registry.example/acme/config:prod')

/** The headers with which a server says how to log in, and where a token would then be asked for. */
export const challengeTarget: FuzzTarget<string[]> = {
  name: 'challenge',
  makeInput: random => [makeHeader(random), ...listOf(random, 1, makeHeader)],
  check(headers) {
    const challenges = parseChallenges(headers)
    for (const {scheme, params} of challenges) {
      requireThat(/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(scheme), 'a scheme is a token in lower case')
      for (const name of params.keys())
        requireThat(name !== '' && name === name.toLowerCase(), 'names are in lower case')
    }
    const again = parseChallenges(challenges.map(written))
    requireThat(
      JSON.stringify(again.map(plain)) === JSON.stringify(challenges.map(plain)),
      'what is read can be written',
    )
    for (const {params} of challenges) if (params.has('realm')) checkPlace(params.get('realm')!)
  },
}

function makeHeader(random: Random): string {
  const header = random.chance(0.3) ? listOf(random, 12, () => random.pick(words)).join('') : random.pick(real)
  return random.chance(0.05) ? header : mutateText(header, words, random)
}

function written({scheme, params, token68}: Challenge): string {
  const list = [...params].map(([name, value]) => `${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`)
  return [token68 === null ? scheme : `${scheme} ${token68},`, list.join(', ')].join(' ')
}

function plain({scheme, params, token68}: Challenge): unknown {
  return [scheme, [...params], token68]
}

/** A credential may go to a place with TLS that is no address of ours. */
function checkPlace(realm: string): void {
  const url = checkRealm({realm, origin, isKnown: true, attempt})
  requireThat(url.protocol === 'https:', 'a realm has TLS')
  requireThat(url.username === '' && url.password === '', 'a realm has no user')
  requireThat(
    !/^(?:0|10|127)\.\d+\.\d+\.\d+$|^(?:169\.254|192\.168)\.\d+\.\d+$|(?:^|\.)localhost\.?$|^\[::1?\]$/.test(
      url.hostname,
    ),
    'a realm is outside',
  )
}

import type {Credential} from '../../src/artifact/credential.ts'
import type {ErrorCode} from '../../src/model/error-code.ts'
import {Secret} from '../../src/secret.ts'
import type {HostileScenario} from '../support/hostile-registry.ts'

export const alice: Credential = {kind: 'password', username: 'alice', password: new Secret('hunter22')}
const identity: Credential = {kind: 'identity', username: null, token: new Secret('hunter22')}

/** What a scenario comes to; `blob` in a call stands for the path of the layer. */
export type HostileCase = {
  readonly scenario: HostileScenario
  /** Null when the pull succeeds all the same. */
  readonly code: ErrorCode | null
  readonly says?: RegExp
  readonly registry: readonly string[]
  readonly elsewhere?: readonly string[]
  readonly waits?: readonly number[]
  /** The registry wants user and password, and has them from us. */
  readonly login?: true
  readonly credential?: Credential
}

export const asked = 'GET manifests/prod'
const askedAgain = `${asked} with Basic`
const loggedIn = [asked, askedAgain]
const times = (count: number, call: string) => Array.from({length: count}, () => call)
const token = 'GET /token?service=reg&scope=repository%3Aacme%2Fconfig%3Apull with Basic'

export const hostileCases: readonly HostileCase[] = [
  {
    scenario: 'redirects to another port',
    login: true,
    code: null,
    registry: [...loggedIn, 'GET blob with Basic'],
    elsewhere: ['GET /blob?X-Amz-Signature=word'],
  },
  {
    scenario: 'redirects to another name of the same machine',
    login: true,
    code: null,
    registry: [...loggedIn, 'GET blob with Basic'],
    elsewhere: ['GET /blob'],
  },
  {
    scenario: 'redirects to storage that asks for a login',
    login: true,
    code: 'ARTIFACT_DENIED',
    registry: [...loggedIn, 'GET blob with Basic'],
    elsewhere: ['GET /blob'],
  },
  {
    scenario: 'redirects to storage that asks for a token of its own service',
    login: true,
    code: 'ARTIFACT_DENIED',
    registry: [...loggedIn, 'GET blob with Basic'],
    elsewhere: ['GET /blob'],
  },
  {
    scenario: 'redirects elsewhere and from there back to itself',
    login: true,
    code: null,
    registry: [...loggedIn, 'GET blob with Basic', 'GET blob?again'],
    elsewhere: ['GET /blob'],
  },
  {
    scenario: 'redirects in a circle',
    login: true,
    code: 'ARTIFACT_REDIRECT_REJECTED',
    says: /after 5 redirects before it$/,
    registry: [...loggedIn, ...times(6, 'GET blob with Basic')],
  },
  {
    scenario: 'redirects to a file',
    login: true,
    code: 'ARTIFACT_REDIRECT_REJECTED',
    registry: [...loggedIn, 'GET blob with Basic'],
  },
  {scenario: 'redirects with a user in the URL', code: null, registry: [asked, 'GET blob'], elsewhere: ['GET /blob']},
  {
    scenario: 'redirects to two places at once',
    code: 'ARTIFACT_REDIRECT_REJECTED',
    registry: [asked, 'GET blob'],
  },
  {scenario: 'sets a cookie', login: true, code: null, registry: [...loggedIn, 'GET blob with Basic']},
  {
    scenario: 'refuses every login, with another challenge each time',
    login: true,
    code: 'ARTIFACT_AUTH_FAILED',
    registry: loggedIn,
  },
  {
    scenario: 'refuses every token, and asks for more scopes each time',
    credential: alice,
    code: 'ARTIFACT_AUTH_FAILED',
    registry: [asked, `${asked} with Bearer`],
    elsewhere: ['GET /token?service=reg&scope=a with Basic'],
  },
  {
    scenario: 'says for ever that the scope is not enough',
    credential: alice,
    code: 'ARTIFACT_DENIED',
    registry: [asked, `${asked} with Bearer`],
    elsewhere: ['GET /token?service=reg&scope=more with Basic'],
  },
  {
    scenario: 'refuses in turns, 401 and 403',
    credential: alice,
    code: 'ARTIFACT_DENIED',
    registry: [asked, `${asked} with Bearer`],
    elsewhere: [token],
  },
  {
    scenario: 'has a token service that redirects',
    credential: alice,
    code: 'ARTIFACT_SERVER_ERROR',
    registry: [asked],
    elsewhere: [token],
  },
  {
    scenario: 'has a token service that refuses the login',
    credential: alice,
    code: 'ARTIFACT_AUTH_FAILED',
    says: /answered 401: invalid_grant: no$/,
    registry: [asked],
    elsewhere: [token],
  },
  {
    scenario: 'has a token service that refuses the login',
    credential: identity,
    code: 'ARTIFACT_AUTH_FAILED',
    registry: [asked],
    elsewhere: ['POST /token'],
  },
  {
    scenario: 'has a token with a line break',
    credential: alice,
    code: 'ARTIFACT_SERVER_ERROR',
    registry: [asked],
    elsewhere: [token],
  },
  {
    scenario: 'has a token without end',
    credential: alice,
    code: 'ARTIFACT_LIMIT_EXCEEDED',
    registry: [asked],
    elsewhere: [token],
  },
  {
    scenario: 'says that an ECR token has expired',
    login: true,
    code: 'ARTIFACT_AUTH_FAILED',
    says: /DENIED: Your authorization token has expired/,
    registry: loggedIn,
  },
  {scenario: 'is busy for seven seconds', code: null, waits: [7000], registry: [asked, asked, 'GET blob']},
  {scenario: 'is busy until nine seconds past noon', code: null, waits: [9000], registry: [asked, asked, 'GET blob']},
  {
    scenario: 'is busy for a day',
    code: 'ARTIFACT_RATE_LIMITED',
    says: /it asks to wait until 2026-11-22T12:00:00Z$/,
    registry: [asked],
  },
  {
    scenario: 'is always busy',
    code: 'ARTIFACT_SERVER_ERROR',
    waits: [250, 500, 1000, 2000],
    registry: times(5, asked),
  },
  {
    scenario: 'breaks off in the body',
    code: 'ARTIFACT_NETWORK',
    waits: [250, 500, 1000, 2000],
    registry: [asked, ...times(5, 'GET blob')],
  },
  {
    scenario: 'sends other bytes',
    code: 'ARTIFACT_DIGEST_MISMATCH',
    waits: [250],
    registry: [asked, ...times(2, 'GET blob')],
  },
  {
    scenario: 'sends a blob without end',
    code: 'ARTIFACT_SIZE_MISMATCH',
    waits: [250],
    registry: [asked, ...times(2, 'GET blob')],
  },
  {scenario: 'sends a manifest without end', code: 'ARTIFACT_LIMIT_EXCEEDED', registry: [asked]},
  {
    scenario: 'sends an error without end',
    code: 'ARTIFACT_NOT_FOUND',
    says: /the registry answered 404$/,
    registry: [asked],
  },
  {scenario: 'sends a web page', code: 'ARTIFACT_UNSUPPORTED_MEDIA_TYPE', registry: [asked]},
  {scenario: 'sends it compressed', code: 'ARTIFACT_UNSUPPORTED_MEDIA_TYPE', registry: [asked, 'GET blob']},
  {
    scenario: 'lies about the digest',
    code: 'ARTIFACT_DIGEST_MISMATCH',
    waits: [250],
    registry: [asked, asked],
  },
  {
    scenario: 'speaks in colours, and of links that are secret',
    code: 'ARTIFACT_SERVER_ERROR',
    says: /: OOPS: \[31mno https:\/\/s3\.example\.com\/x x+…$/,
    waits: [250, 500, 1000, 2000],
    registry: times(5, asked),
  },
]

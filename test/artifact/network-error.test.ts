import {describe, expect, it} from 'vitest'

import {attemptOf} from '../../src/artifact/attempt.ts'
import {toNetworkError} from '../../src/artifact/network-error.ts'
import {toOrigin} from '../../src/artifact/origin.ts'

const never = new AbortController().signal

function meaning(error: unknown, plainHttp = false) {
  return toNetworkError(error, toOrigin('registry.example.com', plainHttp), attemptOf('pulling x'), never)
}

function failureOf(code: string, message = 'it failed'): Error {
  return Object.assign(new Error(message), {code})
}

describe('toNetworkError', () => {
  it.each([
    ['UND_ERR_CONNECT_TIMEOUT', 'ARTIFACT_TIMEOUT'],
    ['UND_ERR_HEADERS_TIMEOUT', 'ARTIFACT_TIMEOUT'],
    ['UND_ERR_BODY_TIMEOUT', 'ARTIFACT_TIMEOUT'],
    ['ETIMEDOUT', 'ARTIFACT_TIMEOUT'],
    ['ECONNREFUSED', 'ARTIFACT_NETWORK'],
    ['ECONNRESET', 'ARTIFACT_NETWORK'],
    ['ENOTFOUND', 'ARTIFACT_NETWORK'],
    ['EAI_AGAIN', 'ARTIFACT_NETWORK'],
    ['EHOSTUNREACH', 'ARTIFACT_NETWORK'],
    ['UND_ERR_SOCKET', 'ARTIFACT_NETWORK'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'ARTIFACT_NETWORK'],
    ['UND_ERR_ABORTED', 'ARTIFACT_NETWORK'],
    ['HPE_INVALID_CONSTANT', 'ARTIFACT_NETWORK'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'ARTIFACT_TLS'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'ARTIFACT_TLS'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ARTIFACT_TLS'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'ARTIFACT_TLS'],
    ['CERT_HAS_EXPIRED', 'ARTIFACT_TLS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'ARTIFACT_TLS'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'ARTIFACT_TLS'],
    ['EPROTO', 'ARTIFACT_TLS'],
    ['ENOENT', 'ARTIFACT_TLS'],
  ])('takes %s for %s', (code, expected) => {
    expect(meaning(failureOf(code))).toMatchObject({
      code: expected,
      message: 'pulling x: https://registry.example.com cannot be reached: it failed',
    })
  })

  it('names source.plainHttp for every way to say that there is no TLS', () => {
    for (const error of [
      failureOf('EPROTO', 'write EPROTO 0:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:x.c:354:'),
      failureOf('ERR_SSL_WRONG_VERSION_NUMBER'),
      failureOf('ERR_SSL_PACKET_LENGTH_TOO_LONG'),
    ]) {
      expect(meaning(error)).toMatchObject({
        code: 'ARTIFACT_TLS',
        hint: expect.stringContaining('source.plainHttp') as unknown,
      })
    }
  })

  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', 'http.caFile'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'http.caFile'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'http.caFile'],
    ['ENOENT', 'http.caFile'],
    ['CERT_HAS_EXPIRED', 'renew the certificate'],
    ['CERT_NOT_YET_VALID', 'clock'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'a name that its certificate has'],
  ])('names the fix for %s', (code, fix) => {
    expect(meaning(failureOf(code))).toMatchObject({hint: expect.stringContaining(fix) as unknown})
  })

  it('says of several addresses what the first did', () => {
    const error = Object.assign(new AggregateError([failureOf('ECONNREFUSED', 'first'), failureOf('X', 'second')]), {
      code: 'ECONNREFUSED',
    })
    expect(meaning(error)).toMatchObject({message: expect.stringMatching(/cannot be reached: first$/) as unknown})
  })

  it('gives a bug back as it is', () => {
    const bug = new TypeError('x is not a function')
    expect(meaning(bug)).toBe(bug)
    expect(meaning('text')).toBe('text')
  })
})

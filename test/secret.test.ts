import {inspect} from 'node:util'

import {describe, expect, it} from 'vitest'

import {Secret, redactor} from '../src/secret.ts'

const webhook = 'https://hooks.slack.com/services/T000/B000/canary-XXXXXXXX'

describe('Secret', () => {
  it('never prints its value', () => {
    const secret = new Secret('canary')
    for (const text of [String(secret), JSON.stringify({secret}), inspect({secret}), inspect(secret)]) {
      expect(text).not.toContain('canary')
    }
    expect(secret.reveal()).toBe('canary')
  })
})

describe('redactor', () => {
  it.each([
    ['as it is', `connect to ${webhook} failed`],
    ['without its host', 'POST /services/T000/B000/canary-XXXXXXXX: 404'],
    ['without its first slash', 'services/T000/B000/canary-XXXXXXXX'],
    ['percent-encoded', encodeURIComponent(webhook)],
    ['in base64', Buffer.from(webhook).toString('base64')],
    ['in base64 of something longer', Buffer.from(`[${webhook}, and more]`).toString('base64')],
    ['in base64 of something longer still', Buffer.from(`u:${webhook}, and more`).toString('base64')],
    ['by its last part', 'no such hook: canary-XXXXXXXX'],
  ])('hides a webhook URL %s', (_how, text) => {
    expect(redactor([new Secret(webhook)])(text)).not.toContain('canary')
    expect(redactor([new Secret(webhook)])(text)).toContain('[redacted]')
  })

  it('hides the password of a URL, encoded or not', () => {
    const redact = redactor([new Secret('http://user:can%40ary@gateway:9091')])
    expect(redact('http://user:can%40ary@gateway:9091/metrics and can@ary')).toBe('[redacted]/metrics and [redacted]')
  })

  it('hides a password with a lone percent sign, which a URL may have', () => {
    expect(redactor([new Secret('http://user:100%sure@gateway:9091')])('user 100%sure')).toBe('user [redacted]')
  })

  it('hides user and password in any URL, also of no known secret', () => {
    expect(redactor([])('GET http://me:pass@host/x')).toBe('GET http://[redacted]@host/x')
  })

  it('hides a secret that became known later', () => {
    const secrets: Secret[] = []
    const redact = redactor(secrets)
    expect(redact('token abcdef')).toBe('token abcdef')
    secrets.push(new Secret('abcdef'))
    expect(redact('token abcdef')).toBe('token [redacted]')
  })

  it.each(['', 'a', 'ab', 'abc', 'user:'])('hides a password in the base64 of a login after "%s"', before => {
    const encoded = Buffer.from(`${before}correct-horse-battery`).toString('base64')
    const hidden = redactor([new Secret('correct-horse-battery')])(`Authorization: Basic ${encoded}`)
    expect(hidden).toContain('[redacted]')
    // what is left are the characters that it shares with its neighbours
    expect(hidden.replace('[redacted]', '').length).toBeLessThan('Authorization: Basic '.length + 12)
  })

  it('hides the longer secret first', () => {
    expect(redactor([new Secret('abcd'), new Secret('abcdefgh')])('x abcdefgh y')).toBe('x [redacted] y')
  })

  it('leaves text alone where a secret is too short to mean anything', () => {
    expect(redactor([new Secret('a')])('a banana')).toBe('a banana')
  })
})

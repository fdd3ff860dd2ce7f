import {inspect} from 'node:util'
import {describe, expect, it} from 'vitest'

import {attemptOf} from '../../src/artifact/attempt.ts'
import {toOrigin} from '../../src/artifact/origin.ts'
import {checkRealm} from '../../src/artifact/realm.ts'

function check(realm: string, host = 'registry.example.com', plainHttp = false, isKnown = true): URL {
  return checkRealm({realm, origin: toOrigin(host, plainHttp), isKnown, attempt: attemptOf('pulling x')})
}

describe('checkRealm', () => {
  it.each([
    ['https://auth.example.com/token', 'registry.example.com'],
    ['https://auth.example.com:8443/token?a=b', 'registry.example.com'],
    ['https://8.8.8.8/token', 'registry.example.com'],
    ['https://[2606:4700::1]/token', 'registry.example.com'],
    ['https://auth.example.com./token', 'registry.example.com'],
    ['https://registry.example.com:8443/token', 'registry.example.com'],
    ['https://172.15.0.1/token', 'registry.example.com'],
    ['https://172.32.0.1/token', 'registry.example.com'],
    ['https://10.1.2.3:8443/token', '10.1.2.3:5000'],
    ['https://localhost.example.com/token', 'registry.example.com'],
    ['https://auth.example.com/token', 'localhost:5000'],
    ['http://localhost:5001/token', 'localhost:5000'],
    ['http://127.0.0.1:5001/token', '127.0.0.1:5000'],
    ['http://[::1]:5001/token', '[::1]:5000'],
  ])('lets %s pass for %s', (realm, host) => {
    expect(check(realm, host).href).toBe(realm)
  })

  it.each([
    ['http://auth.example.com/token', 'without TLS'],
    ['https://127.0.0.1/token', 'an address inside this network'],
    ['https://127.8.8.8/token', 'inside'],
    ['https://2130706433/token', 'inside'],
    ['https://0x7f.1/token', 'inside'],
    ['https://0/token', 'inside'],
    ['https://localhost/token', 'inside'],
    ['https://LOCALHOST./token', 'inside'],
    ['https://a.localhost/token', 'inside'],
    ['https://10.0.0.1/token', 'inside'],
    ['https://100.100.100.200/token', 'inside'],
    ['https://169.254.169.254/latest', 'inside'],
    ['https://172.16.0.1/token', 'inside'],
    ['https://172.31.255.255/token', 'inside'],
    ['https://192.168.1.1/token', 'inside'],
    ['https://192.0.0.8/token', 'inside'],
    ['https://198.18.0.1/token', 'inside'],
    ['https://224.0.0.1/token', 'inside'],
    ['https://255.255.255.255/token', 'inside'],
    ['https://0177.0.0.1/token', 'inside'],
    ['https://017700000001/token', 'inside'],
    ['https://0xA9FEA9FE/latest', 'inside'],
    ['https://127.0.0.1./token', 'inside'],
    ['https://%31%32%37.0.0.1/token', 'inside'],
    ['https://\uFF11\uFF12\uFF17.0.0.1/token', 'inside'],
    ['https://127\u30020\u30020\u30021/token', 'inside'],
    ['https://\u24DBocalhost/token', 'inside'],
    ['https://localhost../token', 'inside'],
    [String.raw`https:\\127.0.0.1\token`, 'inside'],
    [' \thttps://127.0.0.1/token', 'inside'],
    ['https:127.0.0.1/token', 'inside'],
    ['https://[::127.0.0.1]/token', 'inside'],
    ['https://[0:0:0:0:0:ffff:a9fe:a9fe]/latest', 'inside'],
    ['https://[64:ff9b::10.0.0.1]/token', 'inside'],
    ['https://[2002:7f00:1::]/token', 'inside'],
    ['https://[fec0::1]/token', 'inside'],
    ['https://[ff02::1]/token', 'inside'],
    ['https://[::1]/token', 'inside'],
    ['https://[::]/token', 'inside'],
    ['https://[::ffff:10.0.0.1]/token', 'inside'],
    ['https://[::ffff:7f00:1]/token', 'inside'],
    ['https://[fe80::1]/token', 'inside'],
    ['https://[fd00:ec2::254]/token', 'inside'],
    ['https://secret-user:secret-word@auth.example.com/token', 'with a user in the URL'],
    ['https://secret-user@auth.example.com/token', 'with a user in the URL'],
    ['ftp://auth.example.com/token', 'ftp:'],
    ['file:///etc/passwd', 'file:'],
    ['/token', 'a place that is no URL'],
    ['', 'a place that is no URL'],
  ])('refuses %s', (realm, text) => {
    let error: unknown
    try {
      check(realm)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({
      code: 'ARTIFACT_TOKEN_REALM_REJECTED',
      message: expect.stringContaining(text) as unknown,
    })
    expect(inspect(error)).not.toContain('secret-')
  })

  it('takes plain HTTP elsewhere only for nobody, and only where the registry has none either', () => {
    expect(check('http://auth.example.com/', 'registry.example.com', true, false).href).toBe('http://auth.example.com/')
    expect(() => check('http://auth.example.com/', 'registry.example.com', true)).toThrow('over plain HTTP')
    expect(() => check('http://auth.example.com/', 'localhost:5000')).toThrow('over plain HTTP')
    expect(() => check('http://auth.example.com/', 'registry.example.com', false, false)).toThrow('without TLS')
    expect(() => check('http://10.0.0.1/', 'registry.example.com', true, false)).toThrow('inside')
  })
})

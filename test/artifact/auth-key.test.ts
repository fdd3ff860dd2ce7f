import {describe, expect, it} from 'vitest'

import {mostSpecificFirst} from '../../src/artifact/auth-key.ts'

const matches = (key: string, host: string, repository = 'acme/config') =>
  mostSpecificFirst([[key, true]], host, repository).length === 1

describe('mostSpecificFirst', () => {
  it.each([
    ['ghcr.io', 'ghcr.io', true],
    ['ghcr.io', 'xghcr.io', false],
    ['ghcr.io', 'ghcr.io.evil.example', false],
    ['ghcr.io', 'ghcr.io:443', false],
    ['ghcr.io:5000', 'ghcr.io', false],
    ['ghcr.io:5000', 'ghcr.io:5001', false],
    ['ghcr.io:5000', 'ghcr.io:5000', true],
    ['https://ghcr.io/v1/', 'ghcr.io', true],
    ['https://ghcr.io/v2/', 'ghcr.io', true],
    ['https://ghcr.io', 'ghcr.io', true],
    ['ghcr.io/', 'ghcr.io', true],
    ['GHCR.io', 'ghcr.io', true],
    ['https://index.docker.io/v1/', 'docker.io', true],
    ['https://index.docker.io/v1/', 'registry-1.docker.io', true],
    ['docker.io', 'index.docker.io', true],
    ['docker.io', 'hub.docker.io', false],
    ['__proto__', 'ghcr.io', false],
    ['', 'ghcr.io', false],
    ['*.io', 'ghcr.io', true],
    ['*.io', 'a.ghcr.io', false],
    ['*.*', 'ghcr.io', true],
    ['*', 'ghcr.io', false],
    ['gh*.io', 'ghcr.io', true],
    ['gh*.io', 'xghcr.io', false],
    ['*.io:5000', 'ghcr.io:5000', true],
    ['*.io', 'ghcr.io:5000', false],
    ['*.io:*', 'ghcr.io:5000', false],
    ['*.dkr.ecr.*.amazonaws.com', '123.dkr.ecr.eu-west-1.amazonaws.com', true],
    ['*.dkr.ecr.*.amazonaws.com', '123.dkr.ecr.eu-west-1.amazonaws.com.cn', false],
    ['*.example.com', 'example.com', false],
    ['[a-z]*.io', 'ghcr.io', false],
    ['.*.io', 'ghcr.io', false],
    ['[::1]:5000', '[::1]:5000', true],
    ['[::1]:5000', '[::1]:5001', false],
  ])('has the key %s for %s: %s', (key, host, expected) => {
    expect(matches(key, host)).toBe(expected)
  })

  it.each([
    ['ghcr.io/acme', true],
    ['ghcr.io/acme/', true],
    ['ghcr.io/acme/config', true],
    ['https://ghcr.io/acme', true],
    ['*.io/acme', true],
    ['ghcr.io/acm', false],
    ['ghcr.io/acme/conf', false],
    ['ghcr.io/acme/config/more', false],
    ['ghcr.io/*', false],
    ['quay.io/acme', false],
  ])('has the key %s for ghcr.io/acme/config: %s', (key, expected) => {
    expect(matches(key, 'ghcr.io')).toBe(expected)
  })

  it.each([
    [['ghcr.io/acme/config', 'ghcr.io/acme', 'ghcr.io']],
    [['ghcr.io/acme', 'ghcr.io', 'https://ghcr.io/v1/', '*.io/acme/config', '*.io', '*.*']],
    [['https://index.docker.io/v1/']],
  ])('gives all that match, in this order however they are written: %j', keys => {
    const all = [...keys, 'ghcr.io/other', 'quay.io', 'ghcr.io:5000', '*.example.com']
    const host = keys[0]!.includes('docker.io') ? 'docker.io' : 'ghcr.io'
    for (const order of [all, all.toReversed()]) {
      const entries = order.map(key => [key, key] as const)
      expect(mostSpecificFirst(entries, host, 'acme/config')).toEqual(keys)
    }
  })

  it('leaves what is as specific in the order in which it is given', () => {
    const entries = [
      ['ghcr.io', 1],
      ['ghcr.io/acme', 2],
      ['ghcr.io', 3],
    ] as const
    expect(mostSpecificFirst(entries, 'ghcr.io', 'acme/config')).toEqual([2, 1, 3])
  })
})

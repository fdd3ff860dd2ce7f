import {describe, expect, it} from 'vitest'

import {findByKey} from '../../src/artifact/auth-key.ts'

const matches = (key: string, host: string, repository = 'acme/config') =>
  findByKey(new Map([[key, true]]), host, repository) === true

describe('findByKey', () => {
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
    [['ghcr.io', 'ghcr.io/acme', 'ghcr.io/acme/config'], 'ghcr.io/acme/config'],
    [['*.io', 'ghcr.io'], 'ghcr.io'],
    [['*.*', '*.io'], '*.io'],
    [['*.io/acme', 'ghcr.io'], 'ghcr.io'],
    [['https://ghcr.io/v1/', 'ghcr.io'], 'ghcr.io'],
    [['ghcr.io/other', 'ghcr.io'], 'ghcr.io'],
  ])('takes the most specific of %j', (keys, expected) => {
    for (const order of [keys, keys.toReversed()]) {
      expect(findByKey(new Map(order.map(key => [key, key])), 'ghcr.io', 'acme/config')).toBe(expected)
    }
  })
})

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import type {Era} from '../../../src/demo/stand-in/go-error.ts'
import {decodeStateKey, encodeStateKey, parseStateData, toConfigMap} from '../../../src/demo/stand-in/state-data.ts'

describe('a State key in ConfigMap data', () => {
  it.each<[era: Era, key: string, encoded: string]>([
    ['early', 'web/apps/v1/Deployment/web/nginx', 'web__apps__v1__Deployment__web__nginx'],
    ['late', 'web/apps/v1/Deployment/web/nginx', 'web__apps__v1__Deployment__web__nginx'],
    ['early', 'm//v1/ConfigMap/default/config', 'm____v1__ConfigMap__default__config'],
    ['late', 'm//v1/ConfigMap/default/config', 'm____v1__ConfigMap__default__config'],
    ['early', 'm/g/v1/ClusterRole/system:foo', 'm__g__v1__ClusterRole__system:foo'],
    ['late', 'm/g/v1/ClusterRole/system:foo', 'm__g__v1__ClusterRole__system_x3afoo'],
    ['late', 'm/g/v1/Kind/name_with', 'm__g__v1__Kind__name_x5fwith'],
    ['late', 'm/g/v1/Kind/\u0001', 'm__g__v1__Kind___x01'],
    ['late', 'm/g/v1/Kind/é', 'm__g__v1__Kind___xc3_xa9'],
    [
      'late',
      'm/cert-manager.io/v1/Certificate/ns/example.com-tls',
      'm__cert-manager.io__v1__Certificate__ns__example.com-tls',
    ],
  ])('of an %s version: %s is %s, and back', (era, key, encoded) => {
    expect(encodeStateKey(key, era)).toBe(encoded)
    expect(decodeStateKey(encoded, era)).toBe(key)
  })

  it.each([
    ['_zfoo', '_zfoo'],
    ['trailing_', 'trailing_'],
    ['_xZZ', '_xZZ'],
    ['_x3A', ':'],
    ['a__b', 'a/b'],
  ])('late: %s is read as %s', (encoded, key) => {
    expect(decodeStateKey(encoded, 'late')).toBe(key)
  })

  it('late: survives every key that Kubernetes and RBAC can have', () => {
    const part = fc.string({unit: fc.constantFrom('a', 'Z', '0', '-', '.', ':', '_', 'x', '%', 'é', '😀')})
    fc.assert(
      fc.property(fc.array(part, {minLength: 1, maxLength: 6}), parts => {
        const key = parts.join('/')
        const encoded = encodeStateKey(key, 'late')
        expect(encoded).toMatch(/^[-._a-zA-Z0-9]*$/)
        expect(decodeStateKey(encoded, 'late')).toBe(key)
      }),
      {numRuns: 200},
    )
  })
})

describe('the ConfigMap of a State', () => {
  const state = {
    lastSyncedAt: '2026-11-19T22:01:00Z',
    gitCommitHash: '',
    entries: new Map([['web//v1/ConfigMap/web/conf', 'a'.repeat(64)]]),
  }

  it('has the name, the namespace and the values that tazuna writes', () => {
    expect(toConfigMap('web', state, 'late')).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {name: 'tazuna-state-web', namespace: 'tazuna'},
      data: {
        _metadata: '{"gitCommitHash":"","lastSyncedAt":"2026-11-19T22:01:00Z"}',
        web____v1__ConfigMap__web__conf: `{"contentHash":"${'a'.repeat(64)}"}`,
      },
    })
  })

  it('is read as it was written', () => {
    expect(parseStateData(toConfigMap('web', state, 'late').data, 'late')).toEqual(state)
  })

  it.each([
    ['k', 'x', `failed to parse state entry for key "k": invalid character 'x' looking for beginning of value`],
    ['k', '', 'failed to parse state entry for key "k": unexpected end of JSON input'],
    [
      'k',
      '[]',
      'failed to parse state entry for key "k": json: cannot unmarshal array into Go value of type state.StateEntry',
    ],
    ['_metadata', '{', 'failed to parse state metadata: unexpected end of JSON input'],
  ])('fails as a whole for %s = %s', (key, value, message) => {
    expect(() => parseStateData({ok: '{"contentHash":"a"}', [key]: value}, 'late')).toThrow(
      expect.objectContaining({name: 'TazunaError', message}),
    )
  })
})

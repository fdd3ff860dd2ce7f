import {describe, expect, it} from 'vitest'

import {checkSupportedVersion} from '../../../src/demo/stand-in/supported-version.ts'

describe('the least version that tazuna.yaml asks for', () => {
  it.each([
    ['', '0.1.0'],
    ['0.4.4', '0.4.4'],
    ['v0.4', '0.4.0'],
    ['0.4.4', 'v1.0.0-rc1'],
    ['99.0.0', 'dev'],
  ])('%j lets %j run', (minimum, running) => {
    expect(() => checkSupportedVersion(minimum, running)).not.toThrow()
  })

  it.each([
    ['0.4.5', '0.4.4'],
    ['0.10.0', '0.9.9'],
    ['1', '0.99.0'],
  ])('%j stops %j', (minimum, running) => {
    expect(() => checkSupportedVersion(minimum, running)).toThrow(
      `but the running tazuna is ${running}; please upgrade`,
    )
  })
})

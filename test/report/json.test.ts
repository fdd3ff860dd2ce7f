import fc from 'fast-check'
import {expect, it} from 'vitest'

import {disarmJson} from '../../src/report/disarm.ts'
import {jsonPieces, renderJson} from '../../src/report/json.ts'

it('gives what JSON.stringify gives', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), document => {
      const text = `${JSON.stringify(document, null, 2)}\n`
      expect(renderJson(document)).toBe(disarmJson(text))
    }),
  )
})

it('leaves out what is undefined', () => {
  expect(renderJson({a: undefined, b: 1})).toBe('{\n  "b": 1\n}\n')
})

it('comes in pieces, so that no string is longer than one can be', () => {
  const entries = Array.from({length: 50_000}, (_, index) => ({
    stateKey: `web//v1/ConfigMap/web/${index}`,
    oldHash: null,
  }))
  const pieces = [...jsonPieces({entries})]
  expect(pieces.length).toBeGreaterThan(2)
  expect(Math.max(...pieces.map(({length}) => length))).toBeLessThan(1_100_000)
  expect(JSON.parse(pieces.join(''))).toEqual({entries})
})

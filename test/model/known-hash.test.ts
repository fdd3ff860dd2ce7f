import {describe, expect, it} from 'vitest'

import {isSameHash, toKnownHash} from '../../src/model/known-hash.ts'
import {hash} from '../support/state-diff-text.ts'

const key = 'ab'.repeat(32)
const full = hash('content')
const config = 'web//v1/ConfigMap/web/a'
const secret = 'web//v1/Secret/web/s'

describe('a hash as it is kept', () => {
  it('is its first 12 digits', () => {
    expect(toKnownHash('web', config, full, key)).toBe(full.slice(0, 12))
  })

  it('may be shorter where tazuna printed less', () => {
    expect(toKnownHash('web', config, `${full.slice(0, 8)}...`, key)).toBe(full.slice(0, 8))
  })

  it('is null where none was printed', () => {
    expect(toKnownHash('web', config, null, key)).toBeNull()
    expect(toKnownHash('web', secret, null, key)).toBeNull()
  })

  it('is an HMAC of 12 digits for a Secret, other with each memory', () => {
    const known = toKnownHash('web', secret, full, key)
    expect(known).toMatch(/^[0-9a-f]{12}$/)
    expect(known).not.toBe(full.slice(0, 12))
    expect(toKnownHash('web', secret, full, 'cd'.repeat(32))).not.toBe(known)
  })

  it('of a Secret is the same whether tazuna printed the hash in full or shortened to 12 digits', () => {
    expect(toKnownHash('web', secret, `${full.slice(0, 12)}...`, key)).toBe(toKnownHash('web', secret, full, key))
  })

  it('is an HMAC also where a raw key may be that of a Secret', () => {
    expect(toKnownHash('web', 'raw/Secret/s', full, key)).not.toBe(full.slice(0, 12))
  })
})

describe('two kept hashes', () => {
  it.each([
    ['that are equal are the same', '0123456789ab', '0123456789ab', true],
    ['that differ are not the same', '0123456789ab', '0123456789ac', false],
    ['one of which was printed shorter are the same as far as known', '01234567', '0123456789ab', true],
    ['one of which is unknown are the same as far as known', null, '0123456789ab', true],
    ['both of which are unknown are the same as far as known', null, null, true],
  ])('%s', (_, a, b, same) => {
    expect([isSameHash(a, b), isSameHash(b, a)]).toEqual([same, same])
  })
})

import {describe, expect, it} from 'vitest'

import type {Cause} from '../../src/model/cause.ts'
import {causesSentence} from '../../src/report/cause-text.ts'

const report = {
  source: {
    kind: 'oci' as const,
    ref: 'oci://ghcr.io/acme/config:prod',
    digest: `sha256:${'b'.repeat(64)}`,
    previousDigest: `sha256:${'a'.repeat(64)}`,
    revision: null,
    createdAt: null,
    url: null,
    verifiedBy: [],
  },
  run: {startedAt: '2026-11-21T12:00:00Z', finishedAt: '2026-11-21T12:00:05Z'},
} as unknown as Parameters<typeof causesSentence>[1]

const entry = (cause: Cause | null, firstSeenAt = '2026-11-21T12:00:01Z') => ({
  diffType: 'modified' as const,
  cause,
  firstSeenAt,
})
const earlier = '2026-11-21T09:00:00Z'

describe('causesSentence', () => {
  it('names both artifacts of what came in this run', () => {
    expect(causesSentence([entry('new-artifact')], report)).toMatch(/^It came with a new artifact \(.*aaa.* → .*bbb/)
  })

  it('does not name the artifacts of this run for what came earlier', () => {
    expect(causesSentence([entry('new-artifact', earlier), entry('new-artifact')], report)).toBe(
      'It came with a new artifact: perhaps it is only not applied yet.',
    )
    expect(causesSentence([entry('same-artifact', earlier)], report)).toMatch(
      /^The artifact had not changed when it came/,
    )
  })

  it('says of a part what is known of a part', () => {
    expect(causesSentence([entry(null), entry('same-artifact')], report)).toBe(
      'Part of it came under the same artifact as before.',
    )
    expect(causesSentence([entry(null), entry('new-artifact', earlier)], report)).toBe(
      'Part of it came with a new artifact.',
    )
    expect(causesSentence([entry(null)], report)).toBeNull()
  })
})

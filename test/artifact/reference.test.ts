import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {parseReference, type Reference} from '../../src/artifact/reference.ts'
import {WatchError} from '../../src/errors.ts'

const sha256 = `sha256:${'0123456789abcdef'.repeat(4)}`
const sha512 = `sha512:${'0123456789abcdef'.repeat(8)}`

describe('parseReference', () => {
  it.each([
    ['oci://ghcr.io/acme/config:prod', 'ghcr.io', 'acme/config', 'prod', null],
    ['oci://ghcr.io/acme/config', 'ghcr.io', 'acme/config', 'latest', null],
    [`oci://ghcr.io/acme/config@${sha256}`, 'ghcr.io', 'acme/config', null, sha256],
    [`oci://ghcr.io/acme/config:prod@${sha512}`, 'ghcr.io', 'acme/config', 'prod', sha512],
    ['oci://localhost/config', 'localhost', 'config', 'latest', null],
    ['oci://localhost:5000/config:v1', 'localhost:5000', 'config', 'v1', null],
    ['oci://registry:5000/a/b/c', 'registry:5000', 'a/b/c', 'latest', null],
    ['oci://127.0.0.1:65535/a', '127.0.0.1:65535', 'a', 'latest', null],
    ['oci://[::1]:5000/a:b', '[::1]:5000', 'a', 'b', null],
    ['oci://[fd00::1]/a', '[fd00::1]', 'a', 'latest', null],
    ['oci://Registry.Example.COM/a', 'registry.example.com', 'a', 'latest', null],
    ['oci://ghcr.io/a.b_c__d---e/f0:_Tag.1-2', 'ghcr.io', 'a.b_c__d---e/f0', '_Tag.1-2', null],
  ])('reads %s', (text, host, repository, tag, digest) => {
    expect(parseReference(text)).toEqual({host, repository, tag, digest, text})
  })

  it.each([
    ['', 'does not begin with oci://'],
    ['ghcr.io/acme/config:prod', 'does not begin with oci://'],
    ['https://ghcr.io/acme/config', 'does not begin with oci://'],
    ['oci://', 'names no repository'],
    ['oci://ghcr.io', 'names no repository'],
    ['oci://ghcr.io/', 'its repository may have'],
    ['oci://ghcr/acme', 'its host is not explicit'],
    ['oci://alice@ghcr.io/acme', 'it holds a user'],
    ['oci:///acme', 'its host is not a host name'],
    ['oci://-ghcr.io/acme', 'its host is not a host name'],
    ['oci://ghcr..io/acme', 'its host is not a host name'],
    ['oci://[::g]/acme', 'its host is not a host name'],
    ['oci://[::1/acme', 'its host is not a host name'],
    ['oci://[fe80::1%eth0]/acme', 'its host is not a host name'],
    ['oci://1.2.3.4.5/acme', 'its host is not a host name'],
    ['oci://127.1/acme', 'its host is not a host name'],
    ['oci://0x7f.0.0.1/acme', 'its host is not a host name'],
    ['oci://ghcr.io:/acme', 'its port'],
    ['oci://ghcr.io:0/acme', 'its port'],
    ['oci://ghcr.io:65536/acme', 'its port'],
    ['oci://ghcr.io:5e3/acme', 'its port'],
    ['oci://ghcr.io/Acme', 'its repository may have'],
    ['oci://ghcr.io/acme//config', 'its repository may have'],
    ['oci://ghcr.io/acme/../config', 'its repository may have'],
    ['oci://ghcr.io/acme/', 'its repository may have'],
    ['oci://ghcr.io/acme config', 'its repository may have'],
    [`oci://ghcr.io/${'a'.repeat(255)}`, 'longer than 255'],
    ['oci://ghcr.io/acme:', 'its tag'],
    ['oci://ghcr.io/acme:-x', 'its tag'],
    ['oci://ghcr.io/acme:a:b', 'its tag'],
    [`oci://ghcr.io/acme:${'a'.repeat(129)}`, 'its tag'],
    ['oci://ghcr.io/acme@', 'no digest'],
    ['oci://ghcr.io/acme@prod', 'no digest'],
    ['oci://ghcr.io/acme@sha256:abc', 'its digest has not the right'],
    [`oci://ghcr.io/acme@${sha256.toUpperCase().replace('SHA', 'sha')}`, 'its digest has not the right'],
  ])('refuses %s', (text, problem) => {
    expect(thrownBy(text)).toMatchObject({
      code: 'ARTIFACT_REF_INVALID',
      message: expect.stringContaining(problem) as unknown,
    })
  })

  it('names a digest of an unknown algorithm as such', () => {
    expect(thrownBy(`oci://ghcr.io/acme@blake3:${'0'.repeat(64)}`)?.code).toBe('ARTIFACT_UNSUPPORTED_DIGEST')
  })

  it.each([
    'oci://alice:hunter22@ghcr.io/acme',
    'oci://alice:hunt/er22@ghcr.io/acme',
    'oci://ghcr.io/acme:prod?token=hunter22',
    'oci://ghcr.io/acme:prod#hunter22',
    `oci://alice:hunter22@ghcr.io/acme@${sha256}`,
  ])('does not repeat what could be a secret: %s', text => {
    expect(thrownBy(text)?.message).not.toMatch(/hunt|er22/)
  })

  it('reads back whatever it could have read', () => {
    fc.assert(
      fc.property(references, ({host, repository, tag, digest}) => {
        const text = `oci://${host}/${repository}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`
        const expectedTag = tag ?? (digest === null ? 'latest' : null)
        expect(parseReference(text)).toEqual({host, repository, tag: expectedTag, digest, text})
      }),
    )
  })

  it('throws nothing but its own errors, whatever it is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({unit: 'binary'}), fc.stringMatching(/^oci:\/\/[a-z.:@/[\]-]*$/)), text => {
        const read = outcomeOf(text)
        expect(read instanceof WatchError || !/[?#\s@]|\.\./.test(`${read.host}/${read.repository}`)).toBe(true)
      }),
    )
  })
})

const references = fc.record({
  // a name whose last part is a number would be an address
  host: fc.stringMatching(/^[a-z0-9]{1,5}(\.[a-z0-9]{1,5}){0,1}\.[a-z][a-z0-9]{0,4}(:[1-9][0-9]{0,3})?$/),
  repository: fc.stringMatching(/^[a-z0-9]{1,4}((\.|_|__|--?)[a-z0-9]{1,4}){0,2}(\/[a-z0-9]{1,6}){0,2}$/),
  tag: fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/)),
  digest: fc.option(fc.stringMatching(/^[0-9a-f]{64}$/).map(hex => `sha256:${hex}`)),
})

function thrownBy(text: string): WatchError | null {
  const outcome = outcomeOf(text)
  return outcome instanceof WatchError ? outcome : null
}

/** Any other error goes through. */
function outcomeOf(text: string): Reference | WatchError {
  try {
    return parseReference(text)
  } catch (error) {
    if (error instanceof WatchError) return error
    throw error
  }
}

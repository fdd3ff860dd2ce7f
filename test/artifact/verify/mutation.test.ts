import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {checkBundle} from '../../../src/artifact/verify/bundle.ts'
import {checkSimpleSigning} from '../../../src/artifact/verify/simple-signing.ts'
import {bundleOf, ecSigner, preAuthentication, rsaSigner, signPredicate, simplePayload} from './signer.ts'
import {statement, statementType, type Signer} from './signer.ts'

const digest = `sha256:${'5e'.repeat(32)}`
const signers = {'EC P-256': ecSigner(), RSA: rsaSigner()}
const numRuns = 400

/** One byte of a text or bytes, made another. */
function flipped(bytes: Buffer): fc.Arbitrary<Buffer> {
  return fc.tuple(fc.nat(bytes.length - 1), fc.integer({min: 1, max: 255})).map(([at, mask]) => {
    const copy = Buffer.from(bytes)
    copy[at]! ^= mask
    return copy
  })
}

const anotherDigest = fc.oneof(
  flipped(Buffer.from(digest.slice('sha256:'.length))).map(hex => `sha256:${hex.toString('latin1')}`),
  fc.constantFrom('', 'sha256:', digest.toUpperCase(), `${digest}0`, digest.slice('sha256:'.length), ` ${digest}`),
)

/** The right text, or one that is not. */
function near(right: string): fc.Arbitrary<string> {
  return fc.oneof(
    {weight: 2, arbitrary: fc.constant(right)},
    flipped(Buffer.from(right)).map(bytes => bytes.toString('latin1')),
    fc.constantFrom('', `${right}/`, right.toUpperCase()),
  )
}

describe.each(Object.entries(signers))('a signature by %s', (_kind, signer) => {
  const keys = [signer.key]

  describe('in the classic format', () => {
    const payload = Buffer.from(simplePayload(digest))
    const signature = signer.sign(payload)
    const check = (bytes: Buffer, text: string, of = digest) => checkSimpleSigning(bytes, text, of, keys).kind

    it('is good', () => {
      expect(check(payload, signature)).toBe('valid')
    })

    it('does not survive another byte of the payload', () => {
      fc.assert(
        fc.property(flipped(payload), bytes => {
          expect(check(bytes, signature)).toBe('invalid')
        }),
        {numRuns},
      )
    })

    it('does not survive another byte of the signature, in bytes or in base64', () => {
      const texts = fc.oneof(
        flipped(Buffer.from(signature)).map(bytes => bytes.toString('latin1')),
        flipped(Buffer.from(signature, 'base64')).map(bytes => bytes.toString('base64')),
        fc.nat(signature.length - 1).map(length => signature.slice(0, length)),
        fc.string({minLength: 1}).map(text => signature + text),
      )
      fc.assert(
        fc.property(texts, text => {
          expect(check(payload, text)).toBe('invalid')
        }),
        {numRuns},
      )
    })

    it('is of no other digest', () => {
      fc.assert(
        fc.property(anotherDigest, of => {
          expect(check(payload, signature, of)).toBe('invalid')
        }),
        {numRuns: 100},
      )
      fc.assert(
        fc.property(anotherDigest, of => {
          const other = Buffer.from(simplePayload(of))
          expect(check(other, signer.sign(other))).toBe('invalid')
        }),
        {numRuns: 100},
      )
    })
  })

  describe('in a bundle', () => {
    const payload = Buffer.from(statement(digest))
    const signature = signer.sign(preAuthentication(payload))
    const text = Buffer.from(JSON.stringify(bundleOf(payload, [signature])))
    const check = (bundle: Buffer | object, of = digest) =>
      checkBundle(Buffer.isBuffer(bundle) ? bundle : Buffer.from(JSON.stringify(bundle)), of, keys).kind

    it('is good', () => {
      expect(check(text)).toBe('valid')
    })

    it('does not survive another byte of payload, payload type or signature', () => {
      const bundles = fc.oneof(
        flipped(payload).map(bytes => bundleOf(bytes, [signature])),
        flipped(Buffer.from(payload.toString('base64'))).map(bytes =>
          bundleOf(payload, [signature], {payload: bytes.toString('latin1')}),
        ),
        flipped(Buffer.from('application/vnd.in-toto+json')).map(bytes =>
          bundleOf(payload, [signature], {payloadType: bytes.toString('latin1')}),
        ),
        flipped(Buffer.from(signature, 'base64')).map(bytes => bundleOf(payload, [bytes.toString('base64')])),
        flipped(Buffer.from(signature)).map(bytes => bundleOf(payload, [bytes.toString('latin1')])),
      )
      fc.assert(
        fc.property(bundles, bundle => {
          expect(check(bundle)).not.toBe('valid')
        }),
        {numRuns},
      )
    })

    it('survives another byte of its text only where nothing is signed', () => {
      fc.assert(
        fc.property(flipped(text), bytes => {
          if (check(bytes) !== 'valid') return
          const {dsseEnvelope} = JSON.parse(bytes.toString()) as ReturnType<typeof bundleOf>
          expect(dsseEnvelope).toMatchObject({payload: payload.toString('base64'), signatures: [{sig: signature}]})
        }),
        {numRuns: 1000},
      )
    })

    it('is of no other digest', () => {
      fc.assert(
        fc.property(anotherDigest, of => {
          expect(check(text, of)).toBe('invalid')
        }),
        {numRuns: 100},
      )
    })

    it('is of exactly this statement, predicate and subject', () => {
      const hex = digest.slice('sha256:'.length)
      fc.assert(
        fc.property(near(statementType), near(signPredicate), near(hex), (_type, predicateType, sha256) => {
          const signed = statement(digest, {_type, predicateType, subject: [{digest: {sha256}}]})
          const isRight = _type === statementType && predicateType === signPredicate && sha256 === hex
          const kind = check(bundleOf(signed, [signer.sign(preAuthentication(signed))]))
          expect(kind).toBe(isRight ? 'valid' : predicateType === signPredicate ? 'invalid' : 'no-signature')
        }),
        {numRuns: 200},
      )
    })
  })
})

describe('whatever else there is', () => {
  const keys = Object.values<Signer>(signers).map(({key}) => key)
  const names = [
    'mediaType',
    'dsseEnvelope',
    'payload',
    'payloadType',
    'signatures',
    'sig',
    'critical',
    'image',
    'type',
  ]
  const json = fc
    .object({key: fc.constantFrom(...names, '__proto__', 'constructor'), maxDepth: 4})
    .map(value => Buffer.from(JSON.stringify(value)))
  const anything = fc.oneof(
    json,
    fc.uint8Array({maxLength: 300}).map(bytes => Buffer.from(bytes)),
  )

  it('is no signature, and never a crash', () => {
    fc.assert(
      fc.property(anything, fc.string(), (bytes, text) => {
        expect(checkBundle(bytes, digest, keys).kind).not.toBe('valid')
        expect(checkSimpleSigning(bytes, text, digest, keys).kind).toBe('invalid')
        expect(checkSimpleSigning(bytes, bytes.toString('base64'), digest, keys).kind).toBe('invalid')
      }),
      {numRuns: 1000},
    )
  })

  it('signed by a key is no signature of an artifact either, and never a crash', () => {
    const {RSA: signer} = signers
    fc.assert(
      fc.property(anything, bytes => {
        expect(checkSimpleSigning(bytes, signer.sign(bytes), digest, keys).kind).toBe('invalid')
        const bundle = Buffer.from(JSON.stringify(bundleOf(bytes, [signer.sign(preAuthentication(bytes))])))
        expect(checkBundle(bundle, digest, keys).kind).toBe('invalid')
      }),
      {numRuns: 200},
    )
  })
})

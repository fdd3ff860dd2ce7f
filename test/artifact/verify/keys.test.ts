import {generateKeyPairSync, type KeyObject} from 'node:crypto'

import {describe, expect, it} from 'vitest'

import {parseKeys, readKeys} from '../../../src/artifact/verify/keys.ts'
import {tempDir} from '../../support/temp-dir.ts'

const spki = (key: KeyObject) => key.export({type: 'spki', format: 'pem'})
const p256 = generateKeyPairSync('ec', {namedCurve: 'P-256'})
const rsa = generateKeyPairSync('rsa', {modulusLength: 2048})
const good = spki(p256.publicKey)
const pem = (label: string) => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`
const ref = {file: '/run/keys/cosign.pub'}

describe('parseKeys', () => {
  it.each([
    ['an EC P-256 key', good, 1],
    ['an RSA key of 2048 bits', spki(rsa.publicKey), 1],
    ['an RSA key in its older form', rsa.publicKey.export({type: 'pkcs1', format: 'pem'}), 1],
    ['several keys', `${good}${spki(rsa.publicKey)}`, 2],
    ['words around a key', `# cosign, team a\n${good}\nthe end\n`, 1],
    ['line ends of Windows', good.replaceAll('\n', '\r\n'), 1],
    ['no line end', good.trimEnd(), 1],
  ])('takes %s', (_title, text, count) => {
    expect(parseKeys(text, ref)).toHaveLength(count)
  })

  it('names a key by its kind of policy, its hash and its place', () => {
    expect(parseKeys(good, ref)[0]!.name).toMatch(/^cosign-key sha256:[0-9a-f]{12} \(file cosign\.pub\)$/)
    expect(parseKeys(good, {env: 'COSIGN_KEY'})[0]!.name).toMatch(/ \(variable COSIGN_KEY\)$/)
    expect(parseKeys(good, {file: '/a/b\u001b[2J\nc'})[0]!.name).toMatch(/ \(file b \[2J c\)$/)
  })

  const ed25519 = generateKeyPairSync('ed25519')
  it.each([
    ['Ed25519', spki(ed25519.publicKey), 'it is a key of the kind Ed25519, which is not supported'],
    ['Ed448', spki(generateKeyPairSync('ed448').publicKey), 'it is a key of the kind Ed448, which is not supported'],
    ['P-384', spki(generateKeyPairSync('ec', {namedCurve: 'P-384'}).publicKey), 'it is an EC key on P-384, not P-256'],
    ['P-521', spki(generateKeyPairSync('ec', {namedCurve: 'P-521'}).publicKey), 'it is an EC key on P-521, not P-256'],
    [
      'secp256k1',
      spki(generateKeyPairSync('ec', {namedCurve: 'secp256k1'}).publicKey),
      'it is an EC key on secp256k1, not P-256',
    ],
    [
      'RSA 1024',
      spki(generateKeyPairSync('rsa', {modulusLength: 1024}).publicKey),
      'it is an RSA key of 1024 bits, fewer than 2048',
    ],
    [
      'RSA-PSS',
      spki(generateKeyPairSync('rsa-pss', {modulusLength: 2048}).publicKey),
      'it is a key of the kind RSA-PSS, which is not supported',
    ],
    ['X25519', spki(generateKeyPairSync('x25519').publicKey), 'it is a key of the kind X25519, which is not supported'],
    [
      'a private key',
      p256.privateKey.export({type: 'pkcs8', format: 'pem'}),
      'it has a private key, which belongs with who signs and nowhere else',
    ],
    [
      'an EC private key',
      p256.privateKey.export({type: 'sec1', format: 'pem'}),
      'it has a private key, which belongs with who signs and nowhere else',
    ],
    [
      'a private key of cosign',
      pem('ENCRYPTED SIGSTORE PRIVATE KEY'),
      'it has a private key, which belongs with who signs and nowhere else',
    ],
    ['a certificate', pem('CERTIFICATE'), 'it has a certificate, and only keys are supported'],
    ['a PGP key', pem('PGP PUBLIC KEY BLOCK'), 'it has a block of another kind, PGP PUBLIC KEY BLOCK'],
    ['a good key beside a private one', `${good}${pem('PRIVATE KEY')}`, 'it has a private key'],
    ['a good key beside a wrong one', `${good}${spki(ed25519.publicKey)}`, 'it is a key of the kind Ed25519'],
    ['a key that is not whole', good.slice(0, -30), 'it is no PEM text'],
    ['a second key that is not whole', good + good.slice(0, -30), 'a key in it has no proper beginning or end'],
    ['a block that holds no key', pem('PUBLIC KEY'), 'a key in it cannot be read: '],
    ['a key under a wrong label', good.replaceAll('PUBLIC', 'RSA PUBLIC'), 'a key in it cannot be read: '],
    ['an SSH key', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me@here', 'it is no PEM text'],
    ['junk', 'junk', 'it is no PEM text'],
  ])('refuses %s by name', (_title, text, problem) => {
    expect(() => parseKeys(text, ref)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(`reading the public key of file /run/keys/cosign.pub: ${problem}`) as unknown,
      }),
    )
  })

  it('shows nothing of what it refuses', () => {
    const secret = p256.privateKey.export({type: 'pkcs8', format: 'pem'})
    const body = secret.split('\n')[1]!
    expect(() => parseKeys(secret, ref)).toThrow(expect.not.stringContaining(body) as Error)
    expect(() => parseKeys(secret.replaceAll('PRIVATE', 'PUBLIC'), ref)).toThrow(
      expect.not.stringContaining(body) as Error,
    )
  })
})

describe('readKeys', () => {
  it('reads files and variables, each key once', async () => {
    await using dir = await tempDir()
    await dir.write('both.pem', `${good}${spki(rsa.publicKey)}`)
    const keys = readKeys([{file: 'both.pem'}, {env: 'KEY'}], {KEY: good}, dir.path)
    expect(keys.map(({name}) => name)).toEqual([
      expect.stringMatching(/\(file both\.pem\)$/),
      expect.stringMatching(/\(file both\.pem\)$/),
    ])
  })

  it.each([{file: 'absent'}, {env: 'ABSENT'}])('says that there is none: %j', place => {
    expect(() => readKeys([place], {}, '/nowhere')).toThrow(expect.objectContaining({code: 'SECRET_MISSING'}))
  })
})

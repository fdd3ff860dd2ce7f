import {parseReference} from '../../src/artifact/reference.ts'
import {requireThat, type FuzzTarget} from './fuzz-target.ts'
import {mutateText} from './mutate.ts'
import {listOf} from './random.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

const real = [
  'oci://ghcr.io/acme/config:prod',
  `oci://ghcr.io/acme/config@${digest}`,
  `oci://registry.example:5000/a/b/c:v1.2.3@${digest}`,
  'oci://localhost/config',
  'oci://localhost:5000/config:latest',
  'oci://[::1]:5000/config:prod',
  'oci://127.0.0.1:5000/acme__x/conf-ig.d:A_b-c.9',
  'oci://123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/config:2026-11-21',
  `oci://docker.io/library/x@sha512:${'0123456789abcdef'.repeat(8)}`,
]

const words = [
  'oci://',
  'OCI://',
  'https://',
  '@',
  ':',
  '/',
  '//',
  '..',
  '/../',
  '/./',
  '?',
  '#',
  '%2f',
  '%2e%2e',
  '\\',
  '[',
  ']',
  '::',
  'user:password@',
  'registry.example',
  'xn--',
  '0x7f.1',
  '65536',
  '00080',
  'sha256:',
  'sha384:',
  digest,
  '-',
  '_',
  '__',
  '.',
]

/** What somebody writes as the source. */
export const referenceTarget: FuzzTarget<string> = {
  name: 'reference',
  makeInput(random) {
    const text = random.chance(0.2)
      ? `oci://${listOf(random, 10, () => random.pick(words)).join('a')}`
      : random.pick(real)
    return random.chance(0.05) ? text : mutateText(text, words, random)
  },
  check(text) {
    const {host, repository, tag, digest} = parseReference(text)
    const path = `/v2/${repository}/manifests/${digest ?? tag!}`
    const url = new URL(`https://${host}${path}`)
    requireThat(url.pathname === path, 'repository, tag and digest stay what they are in a URL')
    requireThat(
      url.search === '' && url.hash === '' && url.username === '' && url.password === '',
      'a host is only a host',
    )
    requireThat(/^[a-z0-9.:[\]-]+$/.test(host), 'a host has the characters of one')
  },
}

import {readFileSync} from 'node:fs'
import {readFile, readdir} from 'node:fs/promises'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {parseKeys, type SignatureKey} from '../../../src/artifact/verify/keys.ts'
import type {StoredDescriptor} from '../../support/fake-registry.ts'

const fixtures = fileURLToPath(new URL('../../fixtures/oci-signed', import.meta.url))

/** The artifact of every layout, and the digests of its blobs. */
export const signed = 'sha256:1862249ad4825905accb922cdeeb4ffaee99fda77a0ca57f5c14f4c706770083'
export const content = [
  'sha256:391e28b6bb9c5c59af7911a83b3a7dc7fd47d435ed84a1c94c7915eb2071f91b',
  'sha256:a7fc4042dbce29287380e54b478acf244c6592db51b29348063a9f17fc833e4d',
  'sha256:ec4852327e1e772e17e3937f483dda322815c2a7c37e0b3fbe85eb4f0d84de34',
]

export const layouts = [
  'classic',
  'bundle',
  'wrong-key',
  'two-keys',
  'rsa',
  'attestation-only',
  'other-digest',
] as const

export type LayoutName = (typeof layouts)[number]

export function layoutFolder(layout: LayoutName): string {
  return join(fixtures, layout)
}

/** One of the public keys beside the layouts. */
export function cosignKey(name: 'cosign.pub' | 'other.pub' | 'rsa.pub'): SignatureKey {
  const [key] = parseKeys(readFileSync(join(fixtures, name), 'utf8'), {file: join(fixtures, name)})
  return key!
}

/** Puts all of a layout into a repository: blobs, then image manifests, then indexes. */
export async function pushLayout(layout: LayoutName, repositoryUrl: string): Promise<void> {
  const blobs = join(layoutFolder(layout), 'blobs', 'sha256')
  const {manifests} = JSON.parse(await readFile(join(layoutFolder(layout), 'index.json'), 'utf8')) as {
    manifests: StoredDescriptor[]
  }
  for (const name of await readdir(blobs)) {
    const started = await fetch(`${repositoryUrl}/blobs/uploads/`, {method: 'POST'})
    const upload = new URL(started.headers.get('location')!, repositoryUrl)
    upload.searchParams.set('digest', `sha256:${name}`)
    await put(upload.href, await readFile(join(blobs, name)), 'application/octet-stream')
  }
  for (const descriptor of [...manifests.filter(entry => !isIndex(entry)), ...manifests.filter(isIndex)]) {
    const {digest, mediaType, annotations} = descriptor
    const bytes = await readFile(join(blobs, digest.slice('sha256:'.length)))
    const tag = annotations?.['org.opencontainers.image.ref.name']
    await put(`${repositoryUrl}/manifests/${tag ?? digest}`, bytes, mediaType)
  }
}

function isIndex({mediaType}: StoredDescriptor): boolean {
  return mediaType.includes('index')
}

async function put(url: string, bytes: Buffer, type: string): Promise<void> {
  const answer = await fetch(url, {method: 'PUT', body: new Uint8Array(bytes), headers: {'content-type': type}})
  if (!answer.ok) throw new Error(`PUT ${new URL(url).pathname}: ${answer.status} ${await answer.text()}`)
  await answer.body?.cancel()
}

import {readFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {attemptOf} from '../../src/artifact/attempt.ts'
import {parseDigest} from '../../src/artifact/digest.ts'
import {planLayers} from '../../src/artifact/layout.ts'
import {defaultLimits} from '../../src/artifact/limits.ts'
import type {Registry} from '../../src/artifact/registry.ts'
import {resolveArtifact} from '../../src/artifact/resolve.ts'
import {digestOf} from '../support/fake-registry.ts'
import {requireThat, type FuzzTarget} from './fuzz-target.ts'
import {isSafePath} from './is-safe-path.ts'
import {anyJson, mutateJson} from './mutate-json.ts'
import {mutateText} from './mutate.ts'
import type {Random} from './random.ts'

type Document = {type: string; text: string}

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const indexType = 'application/vnd.oci.image.index.v1+json'
const dockerType = 'application/vnd.docker.distribution.manifest.v2+json'
const types = [manifestType, indexType, dockerType, 'application/vnd.docker.distribution.manifest.list.v2+json']
const strangeTypes = [
  '',
  'text/html',
  'application/vnd.oci.artifact.manifest.v1+json',
  `${manifestType}; charset=utf-8`,
  'application/json',
]

const words = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  'null',
  '-1',
  '1e999',
  '\\u0000',
  '\\ud800',
  '"__proto__":',
  '"annotations":{',
  '../',
  '"org.opencontainers.image.title":"',
  '"io.deis.oras.content.unpack":"true"',
  '"schemaVersion":2',
  '"layers":[',
  '"size":',
]

const titles = [
  '..',
  '../x',
  'a/../../x',
  '/etc/x',
  '.',
  './',
  '',
  'a',
  'A',
  'é',
  'e\u0301',
  'a\\b',
  'C:/x',
  'a\0b',
  'a\nb',
  '\u202Ea',
  'x'.repeat(256),
  'd/'.repeat(65),
  '__proto__',
  'constructor',
]

const corpus = [...fixtureManifests(), handMade()]

/** The documents that a registry answers a tag with, and what of its layers would then be fetched. */
export const manifestTarget: FuzzTarget<Document[]> = {
  name: 'manifest',
  makeInput(random) {
    const manifest = makeManifest(random)
    return random.chance(0.3) ? [makeIndex(manifest, random), manifest] : [manifest]
  },
  async check([top, child], random) {
    const artifactType = random.chance(0.1) ? random.pick(types) : null
    const layer = random.chance(0.1) ? 'application/vnd.oci.image.layer.v1.tar+gzip' : null
    const documents = new Map([['manifests/prod', top!]])
    if (child !== undefined) documents.set(`manifests/${digestOf(child.text)}`, child)
    const attempt = attemptOf('pulling oci://registry.example/acme/config:prod')
    const {digest, manifest, annotations} = await resolveArtifact({
      registry: registryOf(documents),
      name: 'prod',
      artifactType,
      limits: defaultLimits,
      attempt,
      signal: new AbortController().signal,
    })
    requireThat(digest === digestOf(top!.text), 'an artifact has the digest of its text')
    for (const value of Object.values(annotations)) requireThat(typeof value === 'string', 'annotations are text')
    requireThat(Object.getPrototypeOf(annotations) === Object.prototype, 'annotations are plain')
    const layers = planLayers(manifest, {layer, limits: defaultLimits, attempt})
    requireThat(layers.length > 0 && layers.length <= defaultLimits.layers, 'there are some layers, and not too many')
    requireThat(
      sum(layers.map(({descriptor}) => descriptor.size)) <= defaultLimits.compressed,
      'they are not too large',
    )
    requireThat(new Set(layers.map(({path}) => path)).size === layers.length, 'each has a path of its own')
    for (const {path, kind, descriptor, contentDigest} of layers) {
      requireThat(isSafePath(path, kind === 'tar'), `the path ${JSON.stringify(path)} stays inside`)
      for (const name of [descriptor.digest, contentDigest]) {
        requireThat(name === null || parseDigest(name) !== null, 'digests are of an algorithm that we know')
      }
    }
  },
}

function makeManifest(random: Random): Document {
  const type = random.chance(0.9) ? manifestType : random.pick([...types, ...strangeTypes])
  const json = random.chance(0.05) ? anyJson(random) : random.pick(corpus)
  if (random.chance(0.03)) return {type, text: JSON.stringify(json)}
  const titled = random.chance(0.3) ? (JSON.parse(retitled(JSON.stringify(json), random)) as unknown) : json
  const text = random.chance(0.8) ? mutateJson(titled, random) : JSON.stringify(titled)
  return {type, text: random.chance(0.75) ? text : mutateText(text, words, random)}
}

/** Gives some layers other titles. */
function retitled(text: string, random: Random): string {
  return text.replaceAll(/("org\.opencontainers\.image\.title":)"[^"]*"/g, (whole, key: string) =>
    random.chance(0.5) ? `${key}${JSON.stringify(random.pick(titles))}` : whole,
  )
}

function makeIndex({text, type}: Document, random: Random): Document {
  const child = {mediaType: type, digest: digestOf(text), size: Buffer.byteLength(text)}
  const attestation = {...child, annotations: {'vnd.docker.reference.type': 'attestation-manifest'}}
  const index = {schemaVersion: 2, mediaType: indexType, manifests: [child, attestation], annotations: {a: 'b'}}
  const indexText = random.chance(0.5) ? JSON.stringify(index) : mutateJson(index, random)
  return {type: indexType, text: random.chance(0.9) ? indexText : mutateText(indexText, words, random)}
}

/** Answers each path with its document; what is lacking is not found. */
function registryOf(documents: ReadonlyMap<string, Document>): Registry {
  const get: Registry['get'] = async ({path, attempt}, take) => {
    const document = documents.get(path)
    if (document === undefined) throw attempt.error('ARTIFACT_NOT_FOUND', 'there is no such manifest')
    const bytes = Buffer.from(document.text)
    const middle = bytes.length >> 1
    async function* body(): AsyncGenerator<Buffer> {
      yield bytes.subarray(0, middle)
      yield bytes.subarray(middle)
    }
    return await take({headers: {'content-type': document.type}, body: body()})
  }
  return {get}
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** As the real oras and Flux wrote them. */
function fixtureManifests(): unknown[] {
  const layouts = fileURLToPath(new URL('../fixtures/oci', import.meta.url))
  return readdirSync(layouts).flatMap(name => {
    const blobs = join(layouts, name, 'blobs/sha256')
    const texts = readdirSync(blobs).map(blob => readFileSync(join(blobs, blob), 'utf8'))
    return texts.filter(text => text.startsWith('{"schemaVersion"')).map(text => JSON.parse(text) as unknown)
  })
}

function handMade(): unknown {
  const config = {mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf('{}'), size: 2, data: 'e30='}
  const unpack = {'io.deis.oras.content.unpack': 'true', 'io.deis.oras.content.digest': digestOf('x')}
  const layers = [layer('tazuna.yaml'), layer('web/base/a.yaml'), layer('charts', unpack)]
  return {
    schemaVersion: 2,
    mediaType: manifestType,
    config,
    layers,
    annotations: {'org.opencontainers.image.revision': 'a'},
  }
}

function layer(title: string, more = {}): unknown {
  const annotations = {'org.opencontainers.image.title': title, ...more}
  return {mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: digestOf(title), size: 10, annotations}
}

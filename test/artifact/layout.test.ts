import {describe, expect, it} from 'vitest'

import {attemptOf} from '../../src/artifact/attempt.ts'
import {planLayers} from '../../src/artifact/layout.ts'
import {defaultLimits} from '../../src/artifact/limits.ts'
import {digestOf} from '../support/fake-registry.ts'
import {emptyType, imageManifest} from './artifact-builder.ts'

const title = 'org.opencontainers.image.title'
const unpack = 'io.deis.oras.content.unpack'
const contentDigest = 'io.deis.oras.content.digest'
const imageConfig = {mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf('{}'), size: 2}

function layer(annotations?: Record<string, string>, mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip') {
  const descriptor = {mediaType, digest: digestOf(JSON.stringify([annotations, mediaType])), size: 10}
  return annotations === undefined ? descriptor : {...descriptor, annotations}
}

type Layer = ReturnType<typeof layer> & {urls?: string[]}

function plan(layers: readonly Layer[], more = {}, limits = {}, wanted: string | null = null) {
  const manifest = {...imageManifest([...layers]), schemaVersion: 2 as const, layers: [...layers], ...more}
  const options = {layer: wanted, limits: {...defaultLimits, ...limits}, attempt: attemptOf('pulling x')}
  return planLayers(manifest, options).map(({kind, path, contentDigest}) => [kind, path, contentDigest])
}

describe('planLayers', () => {
  it.each([
    ['a title', [layer({[title]: 'tazuna.yaml'})], [['file', 'tazuna.yaml', null]]],
    ['a path as title', [layer({[title]: './a/b.yaml'})], [['file', 'a/b.yaml', null]]],
    [
      'titles and the unpack annotation',
      [
        layer({[title]: 'tazuna.yaml'}, 'application/vnd.oci.image.layer.v1.tar'),
        layer({[title]: 'web', [unpack]: 'true', [contentDigest]: digestOf('x')}, 'text/plain'),
      ],
      [
        ['file', 'tazuna.yaml', null],
        ['tar', 'web', digestOf('x')],
      ],
    ],
    ['another word than true', [layer({[title]: 'web', [unpack]: 'yes'})], [['file', 'web', null]]],
    ['the title .', [layer({[title]: '.', [unpack]: 'true'})], [['tar', '', null]]],
    ['one layer without title', [layer()], [['tar', '', null]]],
    ['a title on what calls itself empty', [layer({[title]: 'a'}, emptyType)], [['file', 'a', null]]],
    ['an empty title', [layer({[title]: ''})], [['tar', '', null]]],
    ['one layer beside an empty one', [layer(undefined, emptyType), layer()], [['tar', '', null]]],
    ['one title beside an empty layer', [layer(undefined, emptyType), layer({[title]: 'a'})], [['file', 'a', null]]],
  ])('plans %s', (_, layers, expected) => {
    expect(plan(layers)).toEqual(expected)
  })

  it('takes a container image of one layer for an archive', () => {
    expect(plan([layer()], {config: imageConfig})).toEqual([['tar', '', null]])
  })

  it.each([
    ['no layers', [], 'ARTIFACT_LAYOUT_INVALID', 'it holds no files'],
    ['nothing but an empty layer', [layer(undefined, emptyType)], 'ARTIFACT_LAYOUT_INVALID', 'it holds no files'],
    ['two layers without title', [layer(), layer(undefined, 'text/x')], 'ARTIFACT_LAYOUT_INVALID', '(text/x)'],
    [
      'one without title beside one that has it',
      [layer({[title]: 'a'}), layer()],
      'ARTIFACT_LAYOUT_INVALID',
      layer().digest,
    ],
    ['a title twice', [layer({[title]: 'a'}), layer({[title]: './a'})], 'ARTIFACT_LAYOUT_INVALID', 'the title "a"'],
    [
      'a title in two forms',
      [layer({[title]: 'é'}), layer({[title]: 'e\u0301'})],
      'ARTIFACT_LAYOUT_INVALID',
      'two layers',
    ],
    ['a title that leads out', [layer({[title]: '../a'})], 'ARTIFACT_UNSAFE_ENTRY', 'title "../a" of layer sha256:'],
    ['an absolute title', [layer({[title]: '/a', [unpack]: 'true'})], 'ARTIFACT_UNSAFE_ENTRY', 'it is absolute'],
    ['a file without a name', [layer({[title]: '.'})], 'ARTIFACT_UNSAFE_ENTRY', 'a file needs a name'],
    ['a strange digest', [{...layer(), digest: 'md5:0'}], 'ARTIFACT_UNSUPPORTED_DIGEST', '"md5:0"'],
    ['a path for a digest', [{...layer(), digest: '../../x'}], 'ARTIFACT_UNSUPPORTED_DIGEST', '"../../x"'],
    ['a strange content digest', [layer({[title]: 'a', [contentDigest]: 'x'})], 'ARTIFACT_UNSUPPORTED_DIGEST', '"x"'],
  ])('refuses %s', (_, layers, code, text) => {
    expect(() => plan(layers)).toThrow(
      expect.objectContaining({code, message: expect.stringContaining(text) as unknown}),
    )
  })

  it.each(['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json'])(
    'refuses a container image (%s) by its name',
    mediaType => {
      expect(() => plan([layer(), layer(undefined, 'x')], {config: {...imageConfig, mediaType}})).toThrow(
        expect.objectContaining({
          code: 'ARTIFACT_LAYOUT_INVALID',
          message: 'pulling x: it is a container image of 2 layers',
          hint: 'push the folder itself, not an image: `oras push REFERENCE ./`',
        }),
      )
    },
  )

  it('does not read a config of another type, nor what an artifact calls itself', () => {
    const config = {...imageConfig, mediaType: 'application/vnd.acme.config+json'}
    expect(plan([layer()], {config, artifactType: 'application/vnd.acme.unheard-of'})).toEqual([['tar', '', null]])
  })

  it.each([
    ['a type of OCI', 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', []],
    ['a type of Docker', 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', []],
    ['any type with URLs', 'application/vnd.oci.image.layer.v1.tar+gzip', ['https://elsewhere.test/layer']],
  ])('refuses a foreign layer of %s by its name', (_, mediaType, urls) => {
    const foreign = {...layer({[title]: 'a'}, mediaType), urls}
    expect(() => plan([layer({[title]: 'b'}), foreign])).toThrow(
      expect.objectContaining({
        code: 'ARTIFACT_UNSUPPORTED_MEDIA_TYPE',
        message: `pulling x: layer ${foreign.digest} (${mediaType}) is a foreign layer: it lies elsewhere`,
        hint: expect.stringContaining('push the files themselves') as unknown,
      }),
    )
    expect(plan([{...layer(), urls: []}])).toEqual([['tar', '', null]])
  })

  const content = 'application/vnd.acme.content.v1.tar+gzip'
  const provenance = 'application/vnd.in-toto+json'

  it.each([
    ['beside a provenance layer', [layer(undefined, content), layer(undefined, provenance)], [['tar', '', null]]],
    ['written in another case, with a parameter', [layer(undefined, `${content}; v=1`), layer()], [['tar', '', null]]],
    ['with a title', [layer({[title]: 'a'}, content), layer()], [['file', 'a', null]]],
    ['in a container image', [layer(undefined, content), layer()], [['tar', '', null]]],
  ])('takes only the layer of the wanted type, %s', (what, layers, expected) => {
    const more = what === 'in a container image' ? {config: imageConfig} : {}
    expect(plan(layers, more, {layers: 1}, 'Application/vnd.acme.content.v1.tar+gzip')).toEqual(expected)
  })

  it.each([
    ['no layer', [layer(), layer({[title]: 'a'})]],
    ['2 layers', [layer(undefined, content), layer({}, content), layer(undefined, provenance)]],
  ])('refuses %s of the wanted type, and names all', (count, layers) => {
    const named = layers.map(({digest, mediaType}) => `${digest} (${mediaType})`).join(', ')
    expect(() => plan(layers, {}, {}, content)).toThrow(
      expect.objectContaining({
        code: 'ARTIFACT_LAYOUT_INVALID',
        message: `pulling x: it has ${count} of type ${content}: ${named}`,
        hint: 'set source.layer to a media type that exactly one layer has',
      }),
    )
  })

  it('names source.layer where there is a choice', () => {
    expect(() => plan([layer(), layer(undefined, provenance)])).toThrow(
      expect.objectContaining({hint: expect.stringContaining('source.layer') as unknown}),
    )
  })

  it('refuses too many layers, and too many bytes, before anything is fetched', () => {
    const layers = [layer({[title]: 'a'}), layer({[title]: 'b'})]
    expect(() => plan(layers, {}, {layers: 1})).toThrow(expect.objectContaining({code: 'ARTIFACT_LIMIT_EXCEEDED'}))
    expect(() => plan(layers, {}, {compressed: 19})).toThrow(expect.objectContaining({code: 'ARTIFACT_LIMIT_EXCEEDED'}))
    expect(plan(layers, {}, {layers: 2, compressed: 20})).toHaveLength(2)
  })
})

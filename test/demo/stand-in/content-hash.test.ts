import {describe, expect, it} from 'vitest'

import {contentHash} from '../../../src/demo/stand-in/content-hash.ts'
import {goJson} from '../../../src/demo/stand-in/go-json.ts'

// The expected texts and hashes are what Go 1.26 makes of the same JSON: json.Unmarshal, json.Marshal, sha256.Sum256.
const vectors = [
  {
    title: 'escapes what HTML would take for markup, and nothing else beyond JSON',
    json: String.raw`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"n","namespace":"ns"},"data":{"b":"1","a":"<script>&amp;\u2028\u2029\u007f\b\f\n\t\u0001é😀\"\\/"}}`,
    go: String.raw`{"apiVersion":"v1","data":{"a":"\u003cscript\u003e\u0026amp;\u2028\u2029${'\u007F'}\b\f\n\t\u0001é😀\"\\/","b":"1"},"kind":"ConfigMap","metadata":{"name":"n","namespace":"ns"}}`,
    hash: 'ef1a569e525639a1a8cfcaa4b2d91135e9a1856ccf1f59bb737e6da3a3b13201',
  },
  {
    title: 'sorts keys by their UTF-8 bytes and writes numbers as float64',
    json: String.raw`{"z":1,"\ud83d\ude00":2,"\uffee":3,"a":[1.0,1.5,1e21,1e20,1e-7,0.000001,123456789012345678,-0.5,true,null,{}],"":"x"}`,
    go: `{"":"x","a":[1,1.5,1e+21,100000000000000000000,1e-7,0.000001,123456789012345680,-0.5,true,null,{}],"z":1,"\uFFEE":3,"😀":2}`,
    hash: '976402ac3575c76d860690006d66811c736547218adfe3e55cc51047b46ccf65',
  },
  {
    title: 'hashes an ordinary object',
    json: '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"nginx","namespace":"web"},"spec":{"replicas":1}}',
    go: '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"nginx","namespace":"web"},"spec":{"replicas":1}}',
    hash: '72299a3b41c515e33938a620d19b40a4619c856ee9ec5f7647f952d64a86ee34',
  },
]

describe('the content hash', () => {
  it.each(vectors)('$title', ({json, go, hash}) => {
    const object = JSON.parse(json) as Record<string, unknown>
    expect(goJson(object)).toBe(go)
    expect(contentHash(object)).toBe(hash)
  })

  const plain = {apiVersion: 'v1', kind: 'Secret', metadata: {name: 'a', labels: {uid: 'kept'}}, data: {status: 'kept'}}

  it.each(['resourceVersion', 'uid', 'creationTimestamp', 'generation', 'managedFields', 'selfLink'])(
    'ignores metadata.%s',
    field => {
      const object = {...plain, metadata: {...plain.metadata, [field]: 'set by the server'}}
      expect(contentHash(object)).toBe(contentHash(plain))
      expect(object.metadata).toHaveProperty(field)
    },
  )

  it('ignores status', () => {
    expect(contentHash({...plain, status: {phase: 'Active'}})).toBe(contentHash(plain))
  })

  it.each([
    ['another label', {...plain, metadata: {name: 'a', labels: {uid: 'other'}}}],
    ['an annotation', {...plain, metadata: {...plain.metadata, annotations: {}}}],
    ['other data', {...plain, data: {status: 'other'}}],
    ['another kind', {...plain, kind: 'ConfigMap'}],
  ])('notices %s', (_, object) => {
    expect(contentHash(object)).not.toBe(contentHash(plain))
  })
})

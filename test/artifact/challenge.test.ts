import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {parseChallenges} from '../../src/artifact/challenge.ts'

/** As plain data: scheme, parameters, token68. */
function parse(header: string | string[] | undefined) {
  return parseChallenges(header).map(({scheme, params, token68}) => [scheme, Object.fromEntries(params), token68])
}

describe('parseChallenges', () => {
  it.each([
    ['nothing', '', []],
    ['Basic', 'Basic realm="Registry"', [['basic', {realm: 'Registry'}, null]]],
    ['any case', 'bAsIc REALM="x"', [['basic', {realm: 'x'}, null]]],
    ['a scheme alone', 'Negotiate', [['negotiate', {}, null]]],
    [
      'Bearer as registries send it',
      'Bearer realm="https://auth.example.com/token",service="registry",scope="repository:acme/config:pull,push"',
      [
        [
          'bearer',
          {realm: 'https://auth.example.com/token', service: 'registry', scope: 'repository:acme/config:pull,push'},
          null,
        ],
      ],
    ],
    [
      'several challenges in one header',
      'Negotiate, Basic realm="a, b=c", Bearer realm="https://x" , service=y',
      [
        ['negotiate', {}, null],
        ['basic', {realm: 'a, b=c'}, null],
        ['bearer', {realm: 'https://x', service: 'y'}, null],
      ],
    ],
    [
      'a token68 before another challenge',
      'Negotiate YIIB+/==, Basic realm=x',
      [
        ['negotiate', {}, 'YIIB+/=='],
        ['basic', {realm: 'x'}, null],
      ],
    ],
    [
      'escapes in a quoted string',
      String.raw`Basic realm="a \"b\" \\ c"`,
      [['basic', {realm: String.raw`a "b" \ c`}, null]],
    ],
    [
      'spaces around the equals sign',
      'Basic realm = "x" ,\tcharset = UTF-8',
      [['basic', {realm: 'x', charset: 'UTF-8'}, null]],
    ],
    ['the first of two equal names', 'Basic realm="a", Realm="b"', [['basic', {realm: 'a'}, null]]],
    ['a missing closing quote', 'Basic realm="a', [['basic', {realm: 'a'}, null]]],
    [
      'a scheme inside a quoted string as text',
      'Basic realm="x, Bearer realm=y"',
      [['basic', {realm: 'x, Bearer realm=y'}, null]],
    ],
    ['parameters before any scheme not at all', 'realm="x", Basic realm="y"', [['basic', {realm: 'y'}, null]]],
    ['a stray quoted string not at all', '"Bearer", Basic realm="y"', [['basic', {realm: 'y'}, null]]],
  ])('reads %s', (_, header, expected) => {
    expect(parse(header)).toEqual(expected)
  })

  it('reads any name as a name', () => {
    expect(parseChallenges('Basic __proto__="x"')[0]?.params).toEqual(new Map([['__proto__', 'x']]))
  })

  it('reads several headers, and none', () => {
    expect(parse(['Negotiate', 'Basic realm="x"'])).toEqual([
      ['negotiate', {}, null],
      ['basic', {realm: 'x'}, null],
    ])
    expect(parse(undefined)).toEqual([])
  })

  it('reads back any list of challenges', () => {
    fc.assert(
      fc.property(fc.array(challenges, {maxLength: 4}), list => {
        expect(parse(list.map(({text}) => text).join(', '))).toEqual(list.map(({parsed}) => parsed))
        expect(parse(list.map(({text}) => text))).toEqual(list.map(({parsed}) => parsed))
      }),
    )
  })

  it('ends, and throws nothing, on any text', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('"', '\\', ',', '=', ' ', 'a', 'Basic', 'realm', 'é', '\0')), parts => {
        const found = parseChallenges(parts.join(''))
        expect(found.every(({scheme}) => scheme !== '')).toBe(true)
      }),
    )
  })
})

const names = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/)

const challenges = fc
  .record({
    scheme: names,
    params: fc.uniqueArray(fc.tuple(names, fc.string()), {selector: ([name]) => name, maxLength: 3}),
  })
  .map(({scheme, params}) => {
    const quoted = params.map(([name, value]) => `${name}="${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`)
    return {text: `${scheme} ${quoted.join(',')}`, parsed: [scheme, Object.fromEntries(params), null]}
  })

import {describe, expect, it} from 'vitest'

import {code, link, plain, prose} from '../../../src/notify/slack/mrkdwn.ts'

describe('code', () => {
  it.each([
    ['takes a plain name as it is', 'web', '`web`'],
    ['escapes the ampersand first', '<a&b>', '`&lt;a&amp;b&gt;`'],
    ['does not read what was escaped before', '&lt;!here&gt;', '`&amp;lt;!here&amp;gt;`'],
    ['lets nobody leave the span', 'a`b```c', "`a'b'''c`"],
    ['makes one line of many', ' a\r\n\tb\u2028c\u0000d ', '`a b c d`'],
    ['drops marks that reorder or hide', 'a\u202Eb\u200Bc\u2066d', '`abcd`'],
    ['shows that there is nothing', '\n', '`(empty)`'],
    ['replaces half a surrogate pair', 'a\uD83D', '`a\uFFFD`'],
  ])('%s', (_, text, expected) => {
    expect(code(text, 50)).toBe(expected)
  })

  it.each([
    ['at the end', 'abcdefgh', 5, '`abcd…`'],
    ['not when it just fits', 'abcde', 5, '`abcde`'],
    ['by the length when escaped', 'a&&&&', 11, '`a&amp;…`'],
    ['never inside an entity', '&&', 6, '`&amp;…`'],
    ['never inside a surrogate pair', '🎉🎉🎉', 5, '`🎉🎉…`'],
    ['never inside a family', '👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 20, '`👩‍👩‍👧‍👦…`'],
    ['never inside a letter with accents', 'ae\u0301e\u0301e\u0301', 5, '`ae\u0301…`'],
  ])('cuts %s', (_, text, max, expected) => {
    expect(code(text, max)).toBe(expected)
  })

  it('takes no longer for a name of a megabyte', () => {
    expect(code('&'.repeat(1_000_000), 50)).toHaveLength(48)
  })
})

describe('plain', () => {
  it('has no angle brackets, which some clients may read', () => {
    expect(plain('<!channel> & `x`', 50)).toBe('‹!channel› & `x`')
  })
})

describe('prose', () => {
  it.each([
    ['keeps code spans', 'run `a --b` or `c`', 'run `a --b` or `c`'],
    ['escapes around and inside them', '<@U1> `<x>`', '&lt;@U1&gt; `&lt;x&gt;`'],
    ['makes an unpaired tick plain', 'run `a', "run 'a"],
    ['makes a fence plain', '```a```', "'''a'''"],
  ])('%s', (_, text, expected) => {
    expect(prose(text, 50)).toBe(expected)
  })
})

describe('link', () => {
  it.each([
    ['links a web address', 'https://wiki.example/a?b=1&c=2', '<https://wiki.example/a?b=1&amp;c=2|Runbook>'],
    [
      'encodes what would end the address',
      'https://wiki.example/a|b>c<d e',
      '<https://wiki.example/a%7Cb%3Ec%3Cd%20e|Runbook>',
    ],
    ['leaves a password out', 'https://me:secret@wiki.example/', '<https://wiki.example/|Runbook>'],
    ['links no script', 'javascript:alert(1)', null],
    ['links no mention', '!channel', null],
    ['links nothing too long', `https://wiki.example/${'a'.repeat(1000)}`, null],
    ['links nothing where nothing is configured', null, null],
  ])('%s', (_, url, expected) => {
    expect(link(url, 'Runbook')).toBe(expected)
  })
})

import {describe, expect, it} from 'vitest'

import {block, cell, code, htmlCode, prose} from '../../src/report/markdown-text.ts'

describe('code', () => {
  it.each([
    ['web', '`web`'],
    ['', '`(empty)`'],
    [' \n ', '`(empty)`'],
    ['a`b', '``a`b``'],
    ['`a', '`` `a ``'],
    ['a``', '``` a`` ```'],
    [' a ', '`  a  `'],
    ['a\n\tb\r\nc', '`a b c`'],
    ['a\u001B[2Kb\u202Ec', '`a�[2Kb�c`'],
    ['<!-- x -->', '`<! -- x -->`'],
    ['👩‍👩‍👧‍👦', '`👩‍👩‍👧‍👦`'],
  ])('of %j is %j', (text, expected) => {
    expect(code(text)).toBe(expected)
  })
})

describe('cell', () => {
  it.each([
    ['a|b', '`a\\|b`'],
    ['a\\|b', '`a∖\\|b`'],
    ['\\\\||', '`∖∖\\|\\|`'],
    ['a\\b', '`a\\b`'],
  ])('of %j is %j: no pipe ends it', (text, expected) => {
    expect(cell(text)).toBe(expected)
  })
})

describe('block', () => {
  it.each([
    ['a\nb\n', '```text\na\nb\n```'],
    ['a\r\nb\rc', '```text\na\nb\nc\n```'],
    ['```\nx', '````text\n```\nx\n````'],
    ['', '```text\n\n```'],
  ])('of %j is %j', (text, expected) => {
    expect(block(text)).toBe(expected)
  })
})

describe('htmlCode', () => {
  it.each([
    ['<b>&amp;`x`', '<code>&lt;b&gt;&amp;amp;`x`</code>'],
    ['a\n\nb', '<code>a b</code>'],
    ['', '<code>(empty)</code>'],
  ])('of %j is %j', (text, expected) => {
    expect(htmlCode(text)).toBe(expected)
  })
})

describe('prose', () => {
  it.each([
    ['run `tazuna plan`, then look', 'run `tazuna plan`, then look'],
    ['fix the config; it is in config.json (or not)', 'fix the config; it is in config.json (or not)'],
    ['raise tazuna.timeout, or look why', 'raise tazuna.timeout, or look why'],
    ['set TAZUNA_BIN', 'set `TAZUNA_BIN`'],
    ['write it as oci://HOST[:PORT]/REPO[@DIGEST]', 'write it as `oci://HOST[:PORT]/REPO[@DIGEST]`'],
    ['ask @ops in #12 or GH-12', 'ask `@ops` in `#12` or `GH-12`'],
    ['see www.evil.test or http://evil.test', 'see `www.evil.test` or `http://evil.test`'],
    ['at 4f1c2d3e8f6a', 'at `4f1c2d3e8f6a`'],
    ['a ` b', 'a `` ` `` b'],
    ['`a``b`', '`a` `b`'],
    ['<b>x</b> **y** _z_', '`<b>x</b>` `**y**` `_z_`'],
    [':fire: it', '`:fire:` it'],
  ])('of %j is %j', (text, expected) => {
    expect(prose(text)).toBe(expected)
  })
})

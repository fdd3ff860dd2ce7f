import {describe, expect, it} from 'vitest'

import {goQuote} from '../../../src/demo/stand-in/go-quote.ts'
import {isLogged, slogLine} from '../../../src/demo/stand-in/slog.ts'

describe('a log line', () => {
  // The expected values are what Go 1.26's slog.TextHandler prints.
  it.each([
    ['', '""'],
    ['a', 'a'],
    ['a b', '"a b"'],
    ['a=b', '"a=b"'],
    ['a"b', String.raw`"a\"b"`],
    [String.raw`a\b`, String.raw`a\b`],
    ['a/b:c[d]', 'a/b:c[d]'],
    ['é', 'é'],
    ['😀', '😀'],
    ['a\tb', String.raw`"a\tb"`],
    ['a\nb', String.raw`"a\nb"`],
    ["<x>&'", "<x>&'"],
    ['\u007F', '\u007F'],
    ['\u2028', String.raw`"\u2028"`],
    ['a\u0001', String.raw`"a\x01"`],
  ])('writes the value %j as %j', (value, written) => {
    expect(slogLine(new Date('2026-11-20T09:00:00.123Z'), 'WARN', 'm', {v: value})).toBe(
      `time=2026-11-20T09:00:00.123Z level=WARN msg=m v=${written}\n`,
    )
  })

  it.each([
    ['info', 'WARN', true],
    ['info', 'DEBUG', false],
    ['DEBUG', 'DEBUG', true],
    ['error', 'WARN', false],
    ['nonsense', 'INFO', true],
    ['nonsense', 'DEBUG', false],
  ] as const)('at level %s: is %s printed? %s', (flag, level, printed) => {
    expect(isLogged(level, flag)).toBe(printed)
  })
})

describe('a quoted text', () => {
  it.each([
    ['web', '"web"'],
    [String.raw`a"b\c`, String.raw`"a\"b\\c"`],
    ['ü\t\u2028\u007F\u0007\u000B\u0001', String.raw`"ü\t\u2028\x7f\a\v\x01"`],
  ])('is %j as %s', (text, quoted) => {
    expect(goQuote(text)).toBe(quoted)
  })
})

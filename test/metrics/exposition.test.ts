import {describe, expect, it} from 'vitest'

import {renderExposition} from '../../src/metrics/exposition.ts'
import {checkMetrics, promtoolPath} from '../support/promtool.ts'

const one = (labels: Record<string, string>, value = 1) => ({
  name: 'some_info',
  help: 'Some help.',
  samples: [{labels, value}],
})

describe('renderExposition', () => {
  it('sorts families and labels by name, keeps the order of samples, and ends in a newline', () => {
    const text = renderExposition([
      {
        name: 'b_seconds',
        help: 'The second.',
        samples: [
          {labels: {z: '1', a: '2'}, value: 3},
          {labels: {a: '1', z: '1'}, value: 1.5},
        ],
      },
      {name: 'a_info', help: 'The first.', samples: [{labels: {}, value: 0}]},
    ])
    expect(text).toBe(
      [
        '# HELP a_info The first.',
        '# TYPE a_info gauge',
        'a_info 0',
        '# HELP b_seconds The second.',
        '# TYPE b_seconds gauge',
        'b_seconds{a="2",z="1"} 3',
        'b_seconds{a="1",z="1"} 1.5',
        '',
      ].join('\n'),
    )
  })

  it('leaves out a family without samples', () => {
    expect(renderExposition([{name: 'a_info', help: 'A.', samples: []}])).toBe('')
  })

  it('puts constant labels on every sample', () => {
    const text = renderExposition([one({manifest: 'web'})], {cluster: 'prod "1"', scope: 'infra'})
    expect(text).toContain(String.raw`some_info{cluster="prod \"1\"",manifest="web",scope="infra"} 1`)
  })

  it.each([
    ['a backslash and an n is not a newline', String.raw`a\nb`, String.raw`a\\nb`],
    ['a newline', 'a\nb', String.raw`a\nb`],
    ['a quote', 'a"b', String.raw`a\"b`],
    ['a backslash before a quote', String.raw`a\"`, String.raw`a\\\"`],
    ['slash, space and unicode stay', 'a/b ü 漢 😀', 'a/b ü 漢 😀'],
    ['a carriage return and a tab stay', 'a\r\tb', 'a\r\tb'],
    ['half a character is replaced', 'a\uD83Db', 'a\uFFFDb'],
    ['nothing', '', ''],
  ])('escapes label values: %s', (_, value, escaped) => {
    expect(renderExposition([one({label: value})])).toContain(`some_info{label="${escaped}"} 1\n`)
  })

  it('escapes backslash and newline of HELP, not quotes', () => {
    const text = renderExposition([{...one({}), help: 'a "b"\nc\\d'}])
    expect(text.split('\n')[0]).toBe(String.raw`# HELP some_info a "b"\nc\\d`)
  })

  it.each([
    [0, '0'],
    [1_795_201_300, '1795201300'],
    [1.234, '1.234'],
    [-62_135_596_800, '-62135596800'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [1e21, '1e+21'],
  ])('writes the value %d as %s', (value, written) => {
    expect(renderExposition([one({}, value)])).toContain(`\nsome_info ${written}\n`)
  })

  describe.skipIf(promtoolPath === null)('read by promtool', () => {
    it('has no complaint', async () => {
      const hostile = String.raw`\ " / {} = , # ü 漢 😀` + '\n\r\t'
      expect(await checkMetrics(renderExposition([one({a: hostile, b: ''}, Number.NaN)], {c: hostile}))).toBe('')
    })

    it('is heard when it complains', async () => {
      expect(await checkMetrics('some_total 1\n')).toContain('some_total no help text')
      expect(await checkMetrics('some_info{a="1"} 1\nsome_info{a="')).toContain('exit 1')
    })
  })
})

import {describe, expect, it} from 'vitest'

import {contextBlock, headerBlock, sectionBlock, type SlackBlock} from '../../../src/notify/slack/payload.ts'
import {payloadProblems} from '../../../src/notify/slack/payload-problems.ts'

function problemsOf(blocks: readonly SlackBlock[], text = 'fallback'): string[] {
  return payloadProblems({text, blocks, unfurl_links: false, unfurl_media: false})
}

const sections = (count: number, text: string) => Array.from({length: count}, () => sectionBlock(text))
const fits = [headerBlock('a'.repeat(150)), sectionBlock('a'.repeat(3000)), contextBlock('a'.repeat(3000))]

describe('payloadProblems', () => {
  it('finds nothing in texts that just fit', () => {
    expect(problemsOf(fits, 'a'.repeat(2999))).toEqual([])
  })

  it.each([
    ['an empty fallback', fits, '', 'text is empty'],
    ['a long fallback', fits, 'a'.repeat(3000), 'text: 3000 > 2999 bytes'],
    ['a fallback of many bytes', fits, '名'.repeat(1000), 'text: 3000 > 2999 bytes'],
    ['no block', [], 'a', 'there is no block'],
    ['too many blocks', sections(51, 'a'), 'a', 'blocks: 51 > 50'],
    ['an empty section', [sectionBlock('')], 'a', 'blocks[0] is empty'],
    ['a long section', [sectionBlock('a'.repeat(3001))], 'a', 'blocks[0]: 3001 > 3000 characters'],
    ['a long header', [headerBlock('a'.repeat(151))], 'a', 'blocks[0]: 151 > 150 characters'],
    ['a long context', [contextBlock('a'.repeat(3001))], 'a', 'blocks[0].elements[0]: 3001 > 3000 characters'],
    ['a context without elements', [{type: 'context', elements: []}], 'a', 'blocks[0] is empty'],
    [
      'many context elements',
      [{type: 'context', elements: Array.from({length: 11}, () => contextBlock('a').elements[0]!)}],
      'a',
      'blocks[0].elements: 11 > 10',
    ],
    ['too much text', sections(4, 'a'.repeat(2251)), 'a', 'all texts: 9004 > 9000 bytes'],
    ['too much text in bytes', sections(4, '名'.repeat(751)), 'a', 'all texts: 9012 > 9000 bytes'],
    ['too much text for its blocks', sections(48, 'a'.repeat(187)), 'a', 'the message: 13776 > 12000 bytes'],
    ['half a surrogate pair', [sectionBlock('a\uD83D')], 'a', 'half a surrogate pair in "a\\ud83d"'],
    ['a broadcast', [sectionBlock('<!channel>')], 'a', 'markup in "<!channel>"'],
    ['a mention in the fallback', fits, '<@U1>', 'markup in "<@U1>"'],
    [
      'a bracket after a link',
      [sectionBlock('<https://a.example|Runbook> >')],
      'a',
      'markup in "<https://a.example|Runbook> >"',
    ],
  ] satisfies [string, readonly SlackBlock[], string, string][])('finds %s', (_, blocks, text, problem) => {
    expect(problemsOf(blocks, text)).toEqual([problem])
  })

  it('finds a JSON that is too large although its texts are not', () => {
    const escaped = [...sections(3, '\u0001'.repeat(2900)), sectionBlock('a')]
    expect(problemsOf(escaped)).toEqual([expect.stringMatching(/^the JSON: 5\d{4} > 39999 characters$/)])
  })

  it('takes our own link', () => {
    expect(problemsOf([sectionBlock('<https://a.example/?b=1&amp;c|Runbook> · `&lt;x&gt;`')])).toEqual([])
  })
})

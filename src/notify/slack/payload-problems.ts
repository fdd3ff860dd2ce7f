import {limits} from './limits.ts'
import {blockTexts, type SlackBlock, type SlackPayload} from './payload.ts'

/** Everything that could make Slack refuse, cut or misread a payload; empty for one that can be sent. */
export function payloadProblems(payload: SlackPayload): string[] {
  const {text, blocks} = payload
  const texts = blocks.flatMap(blockTexts).map(({text}) => text)
  const textBytes = sum(texts.map(bytes))
  return [
    ...problem(text === '', 'text is empty'),
    ...over('text', bytes(text), limits.fallbackBytes - 1, 'bytes'),
    ...problem(blocks.length === 0, 'there is no block'),
    ...over('blocks', blocks.length, limits.blocks),
    ...blocks.flatMap((block, index) => blockProblems(block, `blocks[${index}]`)),
    ...over('all texts', textBytes, limits.textBytes, 'bytes'),
    ...over('the message', textBytes + blocks.length * limits.blockOverhead, limits.messageBytes, 'bytes'),
    ...over('the JSON', JSON.stringify(payload).length, limits.json - 1, 'characters'),
    ...[text, ...texts].flatMap(text => problem(!text.isWellFormed(), `half a surrogate pair in ${quote(text)}`)),
    ...[text, ...texts].flatMap(text => problem(hasForeignMarkup(text), `markup in ${quote(text)}`)),
  ]
}

function blockProblems(block: SlackBlock, at: string): string[] {
  if (block.type === 'header') return textProblems(at, block.text.text, limits.headerText)
  if (block.type === 'section') return textProblems(at, block.text.text, limits.sectionText)
  return [
    ...problem(block.elements.length === 0, `${at} is empty`),
    ...over(`${at}.elements`, block.elements.length, limits.contextElements),
    ...block.elements.flatMap(({text}, index) => textProblems(`${at}.elements[${index}]`, text, limits.contextText)),
  ]
}

function textProblems(at: string, text: string, limit: number): string[] {
  return [...problem(text === '', `${at} is empty`), ...over(at, text.length, limit, 'characters')]
}

/** Mentions, channels and dates all need a raw `<`; the only one we write begins a web link. */
function hasForeignMarkup(text: string): boolean {
  return /[<>]/.test(text.replaceAll(/<https?:\/\/[^<>|\s]+\|[^<>|]+>/g, ''))
}

function over(what: string, size: number, limit: number, unit = ''): string[] {
  return problem(size > limit, `${what}: ${size} > ${limit} ${unit}`.trimEnd())
}

function problem(isOne: boolean, text: string): string[] {
  return isOne ? [text] : []
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 80))
}

function bytes(text: string): number {
  return Buffer.byteLength(text)
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0)
}

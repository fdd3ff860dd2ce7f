import {limits} from './limits.ts'

/** What is posted to an incoming webhook. `text` is what notifications and screen readers show. */
export type SlackPayload = {
  readonly text: string
  readonly blocks: readonly SlackBlock[]
  readonly unfurl_links: false
  readonly unfurl_media: false
}

export type SlackBlock = HeaderBlock | SectionBlock | ContextBlock

/** https://docs.slack.dev/reference/block-kit/blocks/header-block */
export type HeaderBlock = {readonly type: 'header'; readonly text: PlainText}

/** https://docs.slack.dev/reference/block-kit/blocks/section-block */
export type SectionBlock = {readonly type: 'section'; readonly text: MrkdwnText}

/** https://docs.slack.dev/reference/block-kit/blocks/context-block */
export type ContextBlock = {readonly type: 'context'; readonly elements: readonly MrkdwnText[]}

/** `emoji: false` keeps the `:aws:` of an ARN from becoming a picture. */
export type PlainText = {readonly type: 'plain_text'; readonly text: string; readonly emoji: false}

/** `verbatim: true` keeps Slack from turning URLs and channel names of the text into links. */
export type MrkdwnText = {readonly type: 'mrkdwn'; readonly text: string; readonly verbatim: true}

export function headerBlock(text: string): HeaderBlock {
  return {type: 'header', text: {type: 'plain_text', text, emoji: false}}
}

export function sectionBlock(text: string): SectionBlock {
  return {type: 'section', text: mrkdwn(text)}
}

export function contextBlock(text: string): ContextBlock {
  return {type: 'context', elements: [mrkdwn(text)]}
}

/** Every text of a block, as sent. */
export function blockTexts(block: SlackBlock): readonly (PlainText | MrkdwnText)[] {
  return block.type === 'context' ? block.elements : [block.text]
}

/** The fallback text and below it the lines of all blocks, whole ones, inside the limit of a text. */
export function plainText({text, blocks}: Pick<SlackPayload, 'text' | 'blocks'>): string {
  const lines = blocks
    .filter(({type}) => type !== 'header')
    .flatMap(block => blockTexts(block).flatMap(({text}) => text.split('\n')))
  let plain = text
  for (const line of lines) {
    const longer = `${plain}\n${line}`
    if (Buffer.byteLength(longer) >= limits.fallbackBytes) break
    plain = longer
  }
  return plain
}

function mrkdwn(text: string): MrkdwnText {
  return {type: 'mrkdwn', text, verbatim: true}
}

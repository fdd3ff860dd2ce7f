import {blockTexts, type SlackPayload} from './payload.ts'

/** A message as people read it on a terminal: title, paragraphs, links written out. */
export function renderSlackText({blocks}: SlackPayload): string {
  const paragraphs = blocks.map(block =>
    blockTexts(block)
      .map(({type, text}) => (type === 'mrkdwn' ? readMrkdwn(text) : text))
      .join('\n'),
  )
  return `${paragraphs.join('\n\n')}\n`
}

/** Our own subset of the markup: code spans, which hold all foreign text and are taken as they are; links; bold, italics. */
const markup = /`([^`]*)`|<([^|>]+)\|([^>]+)>|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)/g

function readMrkdwn(text: string): string {
  return unescape(
    text.replaceAll(markup, (_, code?: string, url?: string, label?: string) =>
      url === undefined ? (code ?? '') : `${label}: ${url}`,
    ),
  )
}

/** The ampersand last: the others were written before it. */
function unescape(text: string): string {
  return text.replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&')
}

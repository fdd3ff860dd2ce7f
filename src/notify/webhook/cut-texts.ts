import type {WebhookMessage} from './message-schema.ts'

/** Characters of a text, and texts of a list. */
const longest = 300
const most = 20

/** The message with every long text outside its lists of items cut, and how many are. */
export function cutTexts(message: WebhookMessage): WebhookMessage {
  let count = 0
  const cut = (value: unknown): unknown => {
    if (typeof value === 'string') {
      if (value.length <= longest) return value
      count += 1
      return `${value.slice(0, longest - 1).toWellFormed()}…`
    }
    if (typeof value !== 'object' || value === null) return value
    if (!Array.isArray(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cut(item)]))
    if (!value.every(item => typeof item === 'string')) return value
    count += Math.max(0, value.length - most)
    return value.slice(0, most).map(cut)
  }
  const {data, ...rest} = cut(message) as WebhookMessage
  return {...rest, data: {...data, omitted: {...data.omitted, cutTexts: count}}}
}

import {z} from 'zod'

import {secretRef} from '../../secret-ref.ts'
import {rulesShape} from '../rules-schema.ts'

const channelWords = 'write the id of a channel such as C0123ABC, or its name in quotes, such as "#ops"'

/** An id, also of a direct message or a user, or a name; a number sign without quotes begins a comment in YAML. */
const channel = z.string({error: channelWords}).regex(/^(?:[A-Z][A-Z0-9]{2,30}|#[^\s#]{1,80})$/, {error: channelWords})

/** Plain HTTP would show the token to all between: so only to this machine. */
const apiUrl = z
  .string()
  .regex(/^(?:https:\/\/[^\s/?#@]+|http:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?)(?:\/[^\s?#]*)?$/, {
    error: 'write a URL such as https://slack.com/api; http:// is for this machine only',
  })
  .refine(url => !/\/chat\.postMessage\/*$/.test(url), {
    error: 'ends in the name of a method; write it without: /chat.postMessage is put behind it',
  })
  .meta({title: 'URL', not: {pattern: '/chat\\.postMessage/*$'}})

const apiKeys = ['token', 'channel', 'apiUrl'] as const

/**
 * A notifier that posts to Slack: by an incoming webhook, or with the token of an app by the Web API. Which keys go
 * together is checked beside everything else, so that all problems are told at once.
 */
export const slackConfig = z
  .strictObject({
    type: z.literal('slack').describe('Slack by an incoming webhook, or by an app with a token'),
    webhookUrl: secretRef.describe('URL of an incoming webhook; this or `token`').optional(),
    token: secretRef
      .describe('bot token of a Slack app with the scope `chat:write`; what goes on is put into threads')
      .optional(),
    channel: channel
      .describe('with `token`: id of a channel that the app is invited to, or `"#name"`; an id outlives a new name')
      .optional(),
    apiUrl: apiUrl
      .describe('with `token`; default `https://slack.com/api`, in GovSlack `https://slack-gov.com/api`')
      .optional(),
    ...rulesShape,
  })
  .refine(({webhookUrl, token}) => webhookUrl !== undefined || token !== undefined, {
    path: ['webhookUrl'],
    error: 'missing; write webhookUrl, or token and channel',
    when: always,
  })
  .refine(({webhookUrl, token}) => webhookUrl === undefined || token === undefined, {
    path: ['token'],
    error: 'stands beside webhookUrl; keep exactly one',
    when: always,
  })
  .refine(({token, channel}) => token === undefined || channel !== undefined, {
    path: ['channel'],
    error: 'missing; a token needs to know where to post',
    when: always,
  })
  .refine(({token, channel}) => token !== undefined || channel === undefined, {
    path: ['channel'],
    error: 'goes with token only: a webhook has its channel from Slack',
    when: always,
  })
  .refine(({token, apiUrl}) => token !== undefined || apiUrl === undefined, {
    path: ['apiUrl'],
    error: 'goes with token only',
    when: always,
  })
  .meta({
    anyOf: [
      {required: ['webhookUrl'], not: {anyOf: apiKeys.map(key => ({required: [key]}))}},
      {required: ['token', 'channel'], not: {required: ['webhookUrl']}},
    ],
  })
export type SlackConfig = z.output<typeof slackConfig>

function always(): boolean {
  return true
}

import {z} from 'zod'

import type {Notifier, NotifierTools} from './notifier.ts'
import {slackConfig} from './slack/config.ts'
import {openSlack} from './slack/slack.ts'
import {webhookConfig} from './webhook/config.ts'
import {openWebhook} from './webhook/webhook.ts'

/** Every kind of notifier: a new one adds a member here and a case below. */
const kinds = [slackConfig, webhookConfig] as const

export const notifierSchema = z.discriminatedUnion('type', kinds, {
  error: `the type of a notifier is ${kinds.map(({shape}) => shape.type.value).join(' or ')}`,
})

export type NotifierConfig = z.output<typeof notifierSchema>

/** Opens a notifier. Throws `SECRET_MISSING`, also for a URL that is none. */
export function openNotifier(config: NotifierConfig, tools: NotifierTools): Notifier {
  switch (config.type) {
    case 'slack':
      return openSlack(config, tools)
    case 'webhook':
      return openWebhook(config, tools)
  }
}

import {z} from 'zod'

import type {Http} from '../http.ts'
import {requireUrl} from '../read-secret.ts'
import type {Redact, Secret} from '../secret.ts'
import type {Notifier} from './notifier.ts'
import {slackConfig} from './slack/config.ts'
import {slackNotifier} from './slack/slack.ts'

/** Every kind of notifier: a new one adds a member here and a case below. */
export const notifierSchema = z.discriminatedUnion('type', [slackConfig], {error: 'the type of a notifier is slack'})

export type NotifierConfig = z.output<typeof notifierSchema>

export type NotifierTools = {http: Http; redact: Redact; resolveSecret: (ref: NotifierConfig['webhookUrl']) => Secret}

/** Opens a notifier. Throws `SECRET_MISSING`, also for a webhook URL that is none. */
export function openNotifier(config: NotifierConfig, {http, redact, resolveSecret}: NotifierTools): Notifier {
  switch (config.type) {
    case 'slack':
      return slackNotifier({
        name: config.name ?? config.type,
        webhookUrl: requireUrl(resolveSecret(config.webhookUrl), config.webhookUrl),
        http,
        redact,
      })
  }
}

import {requireToken, requireUrl} from '../../read-secret.ts'
import type {Notifier, NotifierTools} from '../notifier.ts'
import type {SlackConfig} from './config.ts'
import {incomingWebhook} from './incoming-webhook.ts'
import {webApi} from './web-api.ts'

const defaultApiUrl = 'https://slack.com/api'

/** Opens the notifier of a config. Throws `SECRET_MISSING`, also for a webhook URL or token that is none. */
export function openSlack(config: SlackConfig, {name, http, redact, resolveSecret}: NotifierTools): Notifier {
  const {webhookUrl, token, channel, apiUrl = defaultApiUrl} = config
  if (token === undefined) {
    return incomingWebhook({name, webhookUrl: requireUrl(resolveSecret(webhookUrl!), webhookUrl!), http, redact})
  }
  return webApi({name, token: requireToken(resolveSecret(token), token), channel: channel!, apiUrl, http, redact})
}

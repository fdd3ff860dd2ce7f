import {z} from 'zod'

import {secretRef} from '../../secret-ref.ts'
import {rulesShape} from '../rules-schema.ts'

/** A notifier that posts to Slack by an incoming webhook. */
export const slackConfig = z.strictObject({
  type: z.literal('slack').describe('Slack by an incoming webhook'),
  webhookUrl: secretRef.describe('URL of an incoming webhook'),
  ...rulesShape,
})

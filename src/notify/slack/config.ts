import {z} from 'zod'

import {secretRef} from '../../secret-ref.ts'
import {matchSchema} from '../match.ts'

/** A notifier that posts to Slack by an incoming webhook. */
export const slackConfig = z.strictObject({
  type: z.literal('slack').describe('Slack by an incoming webhook'),
  name: z.string().min(1).max(100).describe('unique; default the type').optional(),
  webhookUrl: secretRef.describe('URL of an incoming webhook'),
  match: matchSchema.describe('which entries it is told of; default all').optional(),
})

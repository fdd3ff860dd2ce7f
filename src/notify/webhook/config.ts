import {z} from 'zod'

import {oneOrMany} from '../../pattern.ts'
import {secretRef} from '../../secret-ref.ts'
import {rulesShape} from '../rules-schema.ts'

/** A notifier that posts JSON to any URL, signed as Standard Webhooks says. */
export const webhookConfig = z.strictObject({
  type: z.literal('webhook').describe('JSON to any URL, signed as Standard Webhooks says'),
  url: secretRef.describe('URL of the receiver; a user and password in it are sent as basic authentication'),
  signingSecret: oneOrMany(secretRef)
    .optional()
    .describe('`whsec_` and 24 to 64 bytes in base64; while one is replaced, a list of both: each signs every message'),
  bearerToken: secretRef.describe('sent as `Authorization: Bearer`').optional(),
  ...rulesShape,
})
export type WebhookConfig = z.output<typeof webhookConfig>

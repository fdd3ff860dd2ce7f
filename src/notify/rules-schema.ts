import {z} from 'zod'

import {duration} from '../duration.ts'
import {matchSchema} from './match.ts'

/** The keys that every kind of notifier has: its name, and when it is told of what. */
export const rulesShape = {
  name: z
    .string()
    .min(1)
    .max(100)
    .describe('unique; default the type; one with another name is another notifier, which is told everything anew')
    .optional(),
  match: matchSchema.describe('which entries it is told of; default all').optional(),
  remindAfter: duration
    .prefault('24h')
    .describe(
      'between two messages about open drift that stays as it is; a run up to 5 minutes early reminds, too, so give it at least `10m`',
    ),
  changeInterval: duration
    .prefault('6h')
    .describe(
      'between two messages about other content of the same entries, and before one that came back is told again',
    ),
  failuresBeforeNotice: z
    .int({error: 'write a number from 1 to 100'})
    .min(1)
    .max(100)
    .default(2)
    .describe('runs in a row that must fail before that is told'),
  resolved: z
    .boolean()
    .default(false)
    .describe('whether it hears of what is proven gone, and of checks that work again'),
}

import {z} from 'zod'

import {causes} from '../../model/cause.ts'
import {diffTypes} from '../../model/diff-entry.ts'
import {reasons, Report} from '../../model/report.ts'

/**
 * What a webhook receives. Every key is always there, in this order; null means unknown or none. v1 only ever gains
 * keys. `schema/webhook.v1.json` is made from this file. Import it for its types only: the pipeline never loads it.
 */

const time = z.iso.datetime().describe('RFC 3339, UTC, to the second')
const count = z.int().nonnegative()
const reasonList = z.array(z.enum(reasons))
const stateKey = z.string().describe('key of the entry in tazuna’s State')
const diffType = z.enum(diffTypes)

const Failing = z.strictObject({
  code: z.string().describe('of the last failure: an error code, or `error` or `not-checked` of a Manifest'),
  groups: count.describe('runs in a row that failed; retries of one run count once'),
  since: time,
})

const OpenEntry = z.strictObject({
  stateKey,
  diffType,
  status: z.enum(['new', 'changed', 'open']).describe('against what this notifier was told before'),
  again: z.boolean().describe('it had gone, and came back'),
  cause: z.enum(causes).nullable().describe('with what it came: another artifact than before, or the same one'),
  firstSeenAt: time,
  changedAt: time,
})

const ResolvedEntry = z.strictObject({
  stateKey,
  diffType,
  firstSeenAt: time,
  absentSince: time,
  wasTold: z.boolean().describe('false: it came and went while this notifier could not be reached'),
})

const ManifestNotice = z.strictObject({
  name: z.string(),
  reasons: reasonList.describe('why this Manifest made the message due; empty when it is only stated along'),
  checked: z.boolean().describe('in this run; if not, `open` is what was known at `lastCheckedAt`'),
  lastCheckedAt: time.nullable(),
  failing: Failing.nullable().describe('it fails, or is skipped, run after run; null where that is not to be told'),
  goneSince: time.nullable().describe('since when it is no longer in tazuna.yaml'),
  folded: z
    .strictObject({
      counts: z.strictObject({added: count, modified: count, removed: count}),
      firstSeenAt: time,
    })
    .nullable()
    .describe('in place of `open` when there are too many entries to remember each'),
  open: z.array(OpenEntry).describe('all its open drift that this notifier is told of, not only what is new'),
  resolved: z.array(ResolvedEntry).describe('proven gone since this notifier was told'),
  omitted: z
    .strictObject({open: count, resolved: count})
    .describe('entries left out here, so that the message keeps its size: what is not in the list may be open'),
})
export type ManifestNotice = z.infer<typeof ManifestNotice>

const Notice = z.strictObject({
  muted: count.describe('open entries that are muted, and nowhere in this message'),
  massDrift: z
    .strictObject({
      kind: z.enum(['state-missing', 'all-added', 'all-gone']),
      since: time,
      affected: count.describe('Manifests concerned'),
      total: count.describe('of so many'),
    })
    .nullable()
    .describe('wrong cluster, or lost State: while it holds, nothing is told of single Manifests'),
  failing: Failing.nullable().describe('the run as a whole fails; of Manifests it stands with them'),
  manifests: z.array(ManifestNotice).describe('every Manifest with something to say'),
})

const Omitted = z
  .strictObject({
    notice: z.strictObject({manifests: count, open: count, resolved: count}),
    report: z.strictObject({manifests: count, entries: count, warnings: count}),
    cutTexts: count.describe('texts that end in `…`'),
  })
  .describe('how much was left out, so that the message keeps its size; all 0: nothing')

const url = z.string().nullable()

export const WebhookMessage = z
  .strictObject({
    type: z.literal('tazuna_watch.notification'),
    timestamp: time.describe('when the run ended'),
    data: z.strictObject({
      schema: z.literal('tazuna-watch/notification/v1'),
      id: z.string().describe('as in the header `webhook-id`: the same again when the same thing is told again'),
      notifier: z.string().describe('its name in the config'),
      test: z.boolean().describe('`notify test` made it up: nothing of it is real'),
      reasons: reasonList.describe('why this was sent'),
      notice: Notice,
      links: z.strictObject({runbookUrl: url, reportUrl: url}),
      omitted: Omitted,
      report: Report.describe('of the run; `entries` are only those in `notice`, `notifications` are not there yet'),
    }),
  })
  .meta({title: 'tazuna-watch webhook', description: 'What a notifier of type `webhook` posts.'})
export type WebhookMessage = z.infer<typeof WebhookMessage>

import type {Failing} from '../../model/memory.ts'
import type {ManifestNotice} from '../../model/notice.ts'
import type {Notification} from '../notifier.ts'
import {fitMessage} from './fit.ts'
import {messageId} from './message-id.ts'
import type {WebhookMessage} from './message-schema.ts'

/**
 * The message of one notification: the report, and what the report lacks of what this notifier is told. Always inside
 * the limit, and it says what was left out for it. The hashes that the memory keeps are no part of it.
 */
export function renderMessage(notifier: string, notification: Notification): WebhookMessage {
  const {report, reasons, muted, massDrift, failing, manifests, links} = notification
  return fitMessage({
    type: 'tazuna_watch.notification',
    timestamp: report.run.finishedAt,
    data: {
      schema: 'tazuna-watch/notification/v1',
      id: messageId(notifier, notification),
      notifier,
      test: report.warnings.some(({code}) => code === 'TEST'),
      reasons: [...reasons],
      notice: {
        muted,
        massDrift: massDrift === null ? null : toMassDrift(massDrift),
        failing: toFailing(failing),
        manifests: manifests.map(toManifest),
      },
      links: {runbookUrl: links.runbookUrl, reportUrl: links.reportUrl},
      omitted: {
        notice: {manifests: 0, open: 0, resolved: 0},
        report: {manifests: 0, entries: 0, warnings: 0},
        cutTexts: 0,
      },
      report: {...report, notifications: []},
    },
  })
}

type Told = WebhookMessage['data']['notice']

function toMassDrift({kind, since, affected, total}: NonNullable<Notification['massDrift']>): Told['massDrift'] {
  return {kind, since, affected, total}
}

function toFailing(failing: Failing | null): Told['failing'] {
  if (failing === null) return null
  const {code, groups, since} = failing
  return {code, groups, since}
}

function toManifest(notice: ManifestNotice): Told['manifests'][number] {
  const {name, reasons, checked, lastCheckedAt, failing, goneSince, folded, open, resolved} = notice
  return {
    name,
    reasons: [...reasons],
    checked,
    lastCheckedAt,
    failing: toFailing(failing),
    goneSince,
    folded: folded === null ? null : {counts: {...folded.counts}, firstSeenAt: folded.firstSeenAt},
    open: open.map(({stateKey, diffType, status, again, cause, firstSeenAt, changedAt}) => ({
      stateKey,
      diffType,
      status,
      again,
      cause,
      firstSeenAt,
      changedAt,
    })),
    resolved: resolved.map(({stateKey, diffType, firstSeenAt, absentSince, wasTold}) => ({
      stateKey,
      diffType,
      firstSeenAt,
      absentSince,
      wasTold,
    })),
    omitted: {open: 0, resolved: 0},
  }
}

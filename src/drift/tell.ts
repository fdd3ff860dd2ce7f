import type {Memory, NotificationLog, ToldFailure, ToldManifest} from '../model/memory.ts'
import type {MessageReference} from '../model/message-reference.ts'
import type {ManifestNotice, Notice} from '../model/notice.ts'
import {toTimestamp} from '../model/time.ts'

/**
 * The memory after a notifier was told: what the message stated is told as of now. To be called only once the message
 * was delivered: what is written here is not said again. `sent` is the reference of a message that stands by itself;
 * where it has none, nothing can go on below it.
 */
export function tell(
  memory: Memory,
  notifier: string,
  notice: Notice,
  sentAt: Date,
  sent: MessageReference | null = null,
): Memory {
  const log = memory.notifiers.get(notifier)
  if (log === undefined) return memory
  const now = toTimestamp(sentAt)
  return withLog(memory, notifier, {
    ...log,
    baselineAt: log.baselineAt ?? (statesDrift(notice) ? now : null),
    deliveredAt: now,
    failedSince: null,
    // that it recovered is said only where it is a reason
    failure: hasNothingOf(notice) ? log.failure : toldFailure(notice.failing, log.failure, now),
    massDrift: notice.massDrift === null ? log.massDrift : {since: notice.massDrift.since, toldAt: now},
    reference: notice.massDrift === null && notice.failing === null ? log.reference : (sent ?? notice.thread),
    manifests: new Map([
      ...log.manifests,
      ...notice.manifests.map(
        manifest => [manifest.name, tellManifest(log, manifest, now, sent ?? notice.thread)] as const,
      ),
    ]),
  })
}

/** It says nothing of whether the run fails. */
function hasNothingOf({failing, reasons}: Notice): boolean {
  return failing === null && !reasons.includes('check-recovered')
}

/** The memory after a notifier could not be told: what came since then may go before it hears of it. */
export function tellFailed(memory: Memory, notifier: string, at: Date): Memory {
  const log = memory.notifiers.get(notifier)
  if (log === undefined) return memory
  return withLog(memory, notifier, {...log, failedSince: log.failedSince ?? toTimestamp(at)})
}

function tellManifest(
  log: NotificationLog,
  notice: ManifestNotice,
  now: string,
  reference: MessageReference | null,
): ToldManifest {
  const {name, reasons, open, resolved, failing, goneSince, folded} = notice
  const before = log.manifests.get(name)
  if (goneSince !== null) {
    const nothing = {entries: new Map(), folded: null, left: new Map(), failure: null}
    return {...nothing, toldAt: now, reasons, goneAt: now, reference}
  }
  const stays = folded !== null && open.length === 0
  const entries = open.map(({stateKey, diffType, hash}) => [stateKey, {diffType, hash}] as const)
  // that it recovered is said only where it is a reason
  const told = before?.failure ?? null
  const left = new Map(before?.left)
  for (const {stateKey} of open) left.delete(stateKey)
  for (const {stateKey} of resolved) left.set(stateKey, before?.toldAt ?? now)
  return {
    toldAt: now,
    reasons: reasons.length === 0 ? (before?.reasons ?? []) : reasons,
    entries: stays ? (before?.entries ?? new Map()) : new Map(entries),
    folded: stays ? (before?.folded ?? folded.fingerprint) : null,
    left,
    failure: failing === null && !reasons.includes('check-recovered') ? told : toldFailure(failing, told, now),
    goneAt: null,
    reference,
  }
}

/** A failure that is stated is told; one that is over is told to be over, or was nothing. */
function toldFailure(failing: Notice['failing'], before: ToldFailure | null, now: string): ToldFailure | null {
  if (failing === null) return null
  return {codes: [...new Set([...(before?.codes ?? []), failing.code])], toldAt: now}
}

function statesDrift({massDrift, manifests}: Notice): boolean {
  return massDrift !== null || manifests.some(({open}) => open.length > 0)
}

function withLog(memory: Memory, notifier: string, log: NotificationLog): Memory {
  return {...memory, notifiers: new Map([...memory.notifiers, [notifier, log]])}
}

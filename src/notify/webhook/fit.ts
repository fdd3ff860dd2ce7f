import {cutTexts} from './cut-texts.ts'
import type {ManifestNotice, WebhookMessage} from './message-schema.ts'
import {pick, toShell} from './pick.ts'

/** Bytes of a message, at most: Standard Webhooks advises to send little. */
export const messageLimit = 256 * 1024

/** No entry is shorter in JSON. */
const shortestEntry = 100
/** What is not worth to be filled. */
const crumbs = 1024

/**
 * The message, if need be with less in it: at most `limit` bytes of JSON for any input, if `limit` is 128 KiB or more.
 * What matters more stays: Manifests that made it due before others; then, one more of each Manifest in turn, what is
 * new before what was told, and of both what is removed first; then what the report alone has. All lists keep their
 * order, and `omitted` says how much is not in them.
 */
export function fitMessage(message: WebhookMessage, limit = messageLimit): WebhookMessage {
  if (countEntries(message) * shortestEntry <= limit && sizeOf(message) <= limit) return message
  const hasLongTexts = sizeOf(pick(message, nothing)) > limit / 4
  const framed = hasLongTexts ? cutTexts(message) : message
  return pick(framed, choose(framed, limit - sizeOf(pick(framed, nothing))))
}

const nothing: ReadonlySet<object> = new Set()

function countEntries({data: {notice, report}}: WebhookMessage): number {
  return notice.manifests.reduce((sum, {open, resolved}) => sum + open.length + resolved.length, report.entries.length)
}

/** The items of all lists that go into so many bytes. */
function choose({data: {notice, report}}: WebhookMessage, room: number): ReadonlySet<object> {
  const kept = new Set<object>()
  let left = room
  /** Takes all of the items or none; `reserve` bytes are for others. */
  const take = (items: readonly object[], reserve = 0): void => {
    if (left - reserve < crumbs) return
    const cost = items.reduce((sum, item) => sum + costOf(item), 0)
    if (cost > left - reserve) return
    left -= cost
    for (const item of items) kept.add(item)
  }
  const listed = new Map(report.manifests.map(manifest => [manifest.name, manifest]))
  const dueFirst = notice.manifests.toSorted((a, b) => Number(a.reasons.length === 0) - Number(b.reasons.length === 0))

  for (const warning of report.warnings) take([warning], (room * 15) / 16)
  for (const manifest of dueFirst) take(present([manifest, listed.get(manifest.name)]), room / 2)
  const rows = rowsOf(
    dueFirst.filter(manifest => kept.has(manifest)),
    report.entries,
  )
  for (const items of inTurns(rows)) take(items)
  for (const item of [...report.manifests, ...report.entries]) if (!kept.has(item)) take([item])
  return kept
}

/** What there is to say of each Manifest, in the order in which it may not be lost: an open entry with its row. */
function rowsOf(
  manifests: readonly ManifestNotice[],
  entries: WebhookMessage['data']['report']['entries'],
): (readonly object[])[][] {
  const byManifest = Map.groupBy(entries, ({manifest}) => manifest)
  return manifests.map(({name, open, resolved}) => {
    const found = new Map(byManifest.get(name)?.map(entry => [entry.stateKey, entry]))
    const ranked = open.toSorted((a, b) => rankOf(a) - rankOf(b))
    return [...ranked.map(entry => present([entry, found.get(entry.stateKey)])), ...resolved.map(entry => [entry])]
  })
}

/** One more of each list in turn. */
function* inTurns<Item>(lists: readonly (readonly Item[])[]): Generator<Item> {
  const most = lists.reduce((length, list) => Math.max(length, list.length), 0)
  for (let turn = 0; turn < most; turn += 1) {
    for (const list of lists) if (turn < list.length) yield list[turn]!
  }
}

const statuses = ['new', 'changed', 'open'] as const

function rankOf({diffType, status}: ManifestNotice['open'][number]): number {
  return 2 * statuses.indexOf(status) + (diffType === 'removed' ? 0 : 1)
}

function present(items: readonly (object | undefined)[]): object[] {
  return items.filter(item => item !== undefined)
}

/** With its comma. The entries of a Manifest cost extra. */
function costOf(item: object): number {
  return sizeOf('open' in item ? toShell(item as ManifestNotice) : item) + 1
}

function sizeOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value))
}

import type {ManifestNotice, WebhookMessage} from './message-schema.ts'

/** The message with only these items in its lists, and how many are not in them. */
export function pick(message: WebhookMessage, kept: ReadonlySet<object>): WebhookMessage {
  const {notice, report, omitted} = message.data
  const of = <Item extends object>(items: readonly Item[]) => items.filter(item => kept.has(item))
  const manifests = of(notice.manifests).map(manifest => {
    const [open, resolved] = [of(manifest.open), of(manifest.resolved)]
    const left = {open: manifest.open.length - open.length, resolved: manifest.resolved.length - resolved.length}
    return {...manifest, open, resolved, omitted: left}
  })
  const lists = {manifests: of(report.manifests), entries: of(report.entries), warnings: of(report.warnings)}
  return {
    ...message,
    data: {
      ...message.data,
      notice: {...notice, manifests},
      omitted: {
        ...omitted,
        notice: {
          manifests: notice.manifests.length - manifests.length,
          open: count(notice.manifests, 'open') - count(manifests, 'open'),
          resolved: count(notice.manifests, 'resolved') - count(manifests, 'resolved'),
        },
        report: {
          manifests: report.manifests.length - lists.manifests.length,
          entries: report.entries.length - lists.entries.length,
          warnings: report.warnings.length - lists.warnings.length,
        },
      },
      report: {...report, ...lists},
    },
  }
}

/** What is said of a Manifest without its entries: they cost extra. */
export function toShell(manifest: ManifestNotice): ManifestNotice {
  const {open, resolved} = manifest
  return {...manifest, open: [], resolved: [], omitted: {open: open.length, resolved: resolved.length}}
}

function count(manifests: readonly ManifestNotice[], list: 'open' | 'resolved'): number {
  return manifests.reduce((sum, manifest) => sum + manifest[list].length, 0)
}

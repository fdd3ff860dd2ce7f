import type {Report} from '../../model/report.ts'
import {since} from '../../report/age.ts'
import {counted} from '../../report/wording.ts'
import {openText} from './counts.ts'
import {code} from './mrkdwn.ts'
import type {StatedManifest} from './stated.ts'

/** The Manifests that are no longer in tazuna.yaml, the first `limit` by name, and what to do about them. */
export function goneLines({run}: Report, gone: readonly StatedManifest[], limit: number): string[] {
  if (gone.length === 0) return []
  const left = gone.length - limit
  const lines = gone.slice(0, limit).map(one => {
    const {goneSince} = one.notice
    const drift = openText([one])
    const facts = [
      code(one.name, 60),
      goneSince === null ? '' : since(goneSince, run),
      drift === '' ? '' : `drift known then: ${drift}`,
    ]
    return `• ${facts.filter(fact => fact !== '').join(' · ')}`
  })
  return [
    `*Gone from tazuna.yaml*, not from the cluster as far as is known: ${counted(gone.length, 'Manifest')}`,
    ...lines,
    ...(left > 0 && limit > 0 ? [`• +${counted(left, 'more Manifest')}`] : []),
    '→ Renamed? Then delete nothing: its objects belong to the new name. Else put it back, or delete by hand what it ' +
      'applied: its State, the ConfigMap `tazuna-state-NAME` in the namespace `tazuna`, lists that. tazuna itself ' +
      'looks at it no more.',
  ]
}

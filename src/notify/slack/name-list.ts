import {counted} from '../../report/wording.ts'
import {code} from './mrkdwn.ts'

/** Manifests in a sentence: the first few by name, the others by number. */
export function nameList(manifests: readonly {readonly name: string}[], named: number): string {
  const shown = manifests.slice(0, named).map(({name}) => code(name, 60))
  const left = manifests.length - shown.length
  if (manifests.length === 0) return 'some Manifests'
  if (shown.length === 0) return counted(left, 'Manifest')
  if (left > 0) return `${shown.join(', ')} and ${counted(left, 'more Manifest')}`
  return shown.length === 1 ? shown[0]! : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)!}`
}

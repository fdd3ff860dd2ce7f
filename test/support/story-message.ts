import type {ManifestNotice, Notice} from '../../src/model/notice.ts'

/** What a message states, line by line: `web a modified new`, `web a resolved`, `web fails error`, `2 muted`. */
export function said({manifests, massDrift, failing, muted}: Notice): string[] {
  return [
    ...(failing === null ? [] : [`run fails ${failing.code}`]),
    ...(massDrift === null ? [] : [`${massDrift.kind} ${massDrift.affected} of ${massDrift.total}`]),
    ...manifests.flatMap(saidOf),
    ...(muted === 0 ? [] : [`${muted} muted`]),
  ]
}

function saidOf({name, open, resolved, folded, checked, lastCheckedAt, failing, goneSince}: ManifestNotice): string[] {
  const unchecked = checked ? '' : ` unchecked since ${lastCheckedAt?.slice(11, 16)}`
  return [
    ...(goneSince === null ? [] : [`${name} gone`]),
    ...(failing === null ? [] : [`${name} fails ${failing.code}`]),
    ...open.map(
      ({stateKey, diffType, status, again}) =>
        `${name} ${short(stateKey)} ${diffType} ${status}${again ? ' again' : ''}${unchecked}`,
    ),
    ...resolved.map(({stateKey, wasTold}) => `${name} ${short(stateKey)} ${wasTold ? 'resolved' : 'came and went'}`),
    ...(folded === null ? [] : [`${name} folded${unchecked}`]),
  ]
}

/** The name of the object. */
function short(stateKey: string): string {
  return stateKey.split('/').at(-1)!
}

import {hash} from 'node:crypto'
import {isAbsolute, join} from 'node:path'

import type {WatchIdentity} from './decode.ts'

/**
 * Where a watch has its memory unless told otherwise: below `$XDG_STATE_HOME`, or `~/.local/state`.
 * https://specifications.freedesktop.org/basedir/latest/
 */
export function statePath(watch: WatchIdentity, env: NodeJS.ProcessEnv, home: string): string {
  const given = env['XDG_STATE_HOME'] ?? ''
  // the specification: a relative path is no path
  const folder = isAbsolute(given) ? given : join(home, '.local', 'state')
  return join(folder, 'tazuna-watch', `${fileName(watch)}.json`)
}

/**
 * `CLUSTER.WATCH` where that is a safe name that no other watch can have, also where file names have no case. Else
 * something readable with a hash, which no plain name ends in.
 */
function fileName({cluster, watch}: WatchIdentity): string {
  // the last dot stands between the two
  if (isPlain(cluster) && isPlain(watch) && !watch.includes('.')) return `${cluster}.${watch}`
  const digits = hash('sha256', JSON.stringify([cluster, watch])).slice(0, 12)
  return `${readable(cluster)}.${readable(watch)}~${digits}`
}

function isPlain(name: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,99}$/.test(name)
}

function readable(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9._-]+/g, '_').slice(0, 60)
}

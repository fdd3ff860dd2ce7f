import {recoverAges} from '../metrics/recover-ages.ts'
import {readGroup, type ReadGroupOptions} from './read-group.ts'

export type RecoverOptions = ReadGroupOptions & {readonly clock: () => Date}

/**
 * What the Pushgateway knows of ages where no memory does. `absent`: nothing was ever pushed, so nothing is known.
 * `read`: since when each Manifest that was drifted is so, RFC 3339. `failed`: nobody knows; "now" would be wrong.
 */
export type Recovered =
  | {readonly state: 'absent'}
  | {readonly state: 'read'; readonly firstSeen: ReadonlyMap<string, string>}
  | {readonly state: 'failed'; readonly message: string}

/** Reads the ages of drift back from our own group of the Pushgateway; never throws. `message` holds no secret. */
export async function recoverFirstSeen(options: RecoverOptions, signal: AbortSignal): Promise<Recovered> {
  const read = await readGroup(options, signal)
  return read.state === 'read' ? {state: 'read', firstSeen: recoverAges(read.group, options.clock())} : read
}

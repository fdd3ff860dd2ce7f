import type {GaugeSet} from '../metrics/gauges.ts'
import {saysClean} from '../metrics/says-clean.ts'
import {readGroup, type ReadGroupOptions} from './read-group.ts'

/**
 * Whether the group in the Pushgateway says that the last run was clean. It is asked, and no memory, since a push may
 * have failed, and the gateway may have forgotten it. One attempt: without an answer the group is pushed.
 */
export async function isAlreadyClean(
  options: ReadGroupOptions & {readonly sets: readonly GaugeSet[]},
  signal: AbortSignal,
): Promise<boolean> {
  const read = await readGroup({...options, sendPolicy: {...options.sendPolicy, attempts: 1}}, signal)
  return read.state === 'read' && saysClean(read.group, options.sets)
}

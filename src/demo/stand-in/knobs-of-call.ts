import {readCalls} from './calls.ts'
import {withoutFaults, type Knobs} from './knobs.ts'

/**
 * The knobs of one call. Without faults unless `faultyCommands` and `faultyCalls` choose it; with `swapState` as its
 * State once more than `swapAfter` calls of `state list` and `state diff` were made. Earlier calls are counted in the
 * file `calls`; without one every call is the first.
 */
export function knobsOfCall(knobs: Knobs, command: string): Knobs {
  const earlier = knobs.calls === undefined ? [] : readCalls(knobs.calls).map(call => call.command)
  const ofCommand = earlier.filter(one => one === command).length + 1
  const ofState = earlier.filter(one => one === 'list' || one === 'diff').length + 1
  const isFaulty =
    (knobs.faultyCommands ?? ['list', 'diff']).includes(command) &&
    (knobs.faultyCalls?.includes(String(ofCommand)) ?? true)
  const chosen = isFaulty ? knobs : withoutFaults(knobs)
  const isSwapped = knobs.swapAfter !== undefined && knobs.swapState !== undefined && ofState > knobs.swapAfter
  return isSwapped ? {...chosen, state: knobs.swapState} : chosen
}

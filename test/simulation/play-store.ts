import type {MemoryStore} from '../../src/memory/memory-store.ts'
import type {Memory} from '../../src/model/memory.ts'
import {describeMemory} from './describe.ts'
import {onAnswered, onLoaded, onSaved} from './model.ts'
import {beforeCall, crashAt, type RunInPlay} from './playing.ts'
import type {SavePhase} from './schedule.ts'
import {storeOf} from './store.ts'

/** The store as one run meets it, with the faults of its plan; the checker hears of all that happens. */
export function playStore(play: RunInPlay): MemoryStore {
  const {sim, plan, run, by} = play
  const {kept, model, note, world} = sim
  const faults = {claim: 0, log: 0, end: 0}
  let phase: SavePhase = 'claim'
  return storeOf(kept, {
    before: async (call, memory) => {
      await beforeCall(play)
      if (call === 'load') return
      phase = phaseOf(play, memory)
      await crashAt(`before ${phase}`, play)
    },
    after: async call => {
      if (call === 'save') await crashAt(`after ${phase}`, play)
    },
    fault: call => {
      if (call === 'load') return plan.load
      if (plan.save?.phase !== phase || faults[phase] >= plan.save.times) return null
      faults[phase] += 1
      run.saveTrouble = true
      if (phase === 'log') run.isCutShort = true
      return plan.save.how
    },
    loaded: loaded => {
      note(() => `    memory ${loaded.state}${by}`)
      onLoaded(model, run, loaded, world.now)
    },
    saved: (memory, replaced, version) => {
      note(() => `    memory saved${by} (${phase}): ${describeMemory(memory)}`)
      play.isUnsaved = false
      onSaved(model, run, {memory, replaced, version}, world.now)
    },
    answered: saved => {
      if (saved.state !== 'saved') note(() => `    saving${by} (${phase}): ${saved.state}`)
      onAnswered(run, saved)
    },
  })
}

function phaseOf({run, isUnsaved, sends}: RunInPlay, memory: Memory | null): SavePhase {
  if (isUnsaved) return 'log'
  return memory?.claim?.run === run.facts.id && sends === 0 ? 'claim' : 'end'
}

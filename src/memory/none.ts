import type {MemoryStore} from './memory-store.ts'

/** No memory: every run is the first. */
export function noMemory(): MemoryStore {
  return {
    keeps: false,
    description: 'none',
    load: () => Promise.resolve({state: 'loaded', memory: null, version: null}),
    save: () => Promise.resolve({state: 'saved', version: null, folded: []}),
    close: () => Promise.resolve(),
  }
}

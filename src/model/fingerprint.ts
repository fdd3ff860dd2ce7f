import {hash} from 'node:crypto'

import type {StateKey} from './state-key.ts'

/** Identity of an entry across runs: cluster, watch and State key, as 32 hex digits. Never of content. */
export function fingerprint(cluster: string, watch: string, stateKey: StateKey): string {
  return hash('sha256', JSON.stringify({cluster, watch, stateKey})).slice(0, 32)
}

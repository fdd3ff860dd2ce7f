import {homedir} from 'node:os'

import type {PartialConfig} from '../config/config.ts'
import type {MemoryOptions} from '../memory/open-memory.ts'
import type {Console} from './console.ts'
import type {CommandContext} from './context.ts'

/** How the memory of a watch is opened, for every command that needs one. */
export function toMemoryOptions(
  config: PartialConfig & {readonly cluster: string},
  {secrets, onEvent}: Pick<Console, 'secrets' | 'onEvent'>,
  {env, cwd, clock, version}: CommandContext,
): MemoryOptions {
  return {
    ...config.memory,
    cluster: config.cluster,
    watch: config.watch,
    version,
    env,
    home: env['HOME'] ?? homedir(),
    cwd,
    clock,
    kubeContext: config.tazuna.kubeContext,
    caFile: config.caFile,
    onSecret: secret => void secrets.push(secret),
    onEvent,
  }
}

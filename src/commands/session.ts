import type {ConfigFlags} from '../config/load.ts'
import type {LogFlags} from '../log.ts'
import type {RunIdentity} from '../model/new-report.ts'
import {openConsole, type Console} from './console.ts'
import type {CommandContext} from './context.ts'

/** What one run has from its beginning to its end. `cluster` is null before the config is read. */
export type Session = Console & {readonly identity: RunIdentity; readonly context: CommandContext}

export type SessionFlags = ConfigFlags & LogFlags & {readonly dryRun: boolean}

export function openSession(flags: SessionFlags, context: CommandContext): Session {
  const {env} = context
  const id = context.newId()
  const identity = {
    cluster: null,
    watch: flags.watch ?? 'default',
    id,
    group: env['TAZUNA_WATCH_RUN_GROUP'] || env['GITHUB_RUN_ID'] || id,
    dryRun: flags.dryRun,
    version: context.version,
    startedAt: context.clock(),
  }
  return {...openConsole(flags, context), identity, context}
}

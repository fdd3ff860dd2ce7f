import type {ExitCode} from '../model/exit-code.ts'
import type {CommandContext} from './context.ts'
import {run} from './run.ts'

/** Shows the whole job without a cluster. What only the demo needs is loaded here and nowhere else. */
export async function demo(context: CommandContext): Promise<ExitCode> {
  const {demo} = await import('../demo/demo.ts')
  return await demo(run, context)
}

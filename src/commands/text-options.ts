import type {TextOptions} from '../report/text.ts'
import type {CommandContext} from './context.ts'

/** How text on stdout may look. */
export function textOptions({stdout, env}: Pick<CommandContext, 'stdout' | 'env'>): TextOptions {
  return {
    color: stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
    width: Math.min(stdout.columns, 100),
  }
}

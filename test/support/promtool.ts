import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {text} from 'node:stream/consumers'

import {requireExecutable} from './executables.ts'

/** The real `promtool`, or null. */
export const promtoolPath = requireExecutable('promtool', 'apt-get install prometheus')

/** Everything that `promtool check metrics` says of an exposition, lint included; `''` when it has no complaint. */
export async function checkMetrics(exposition: string): Promise<string> {
  if (promtoolPath === null) throw new Error('promtool is not there')
  const child = spawn(promtoolPath, ['check', 'metrics'])
  const ended = once(child, 'close')
  child.stdin.end(exposition)
  const said = (await Promise.all([text(child.stdout), text(child.stderr)])).join('')
  const [code] = (await ended) as [number]
  return code === 0 && said === '' ? '' : `exit ${code}: ${said}`
}

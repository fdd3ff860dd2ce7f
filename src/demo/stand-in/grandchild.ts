import {spawn} from 'node:child_process'

/**
 * Starts a child in the same process group that holds stdout and stderr open and ignores TERM, as a chart plugin or
 * credential helper may. Returns its process id.
 */
export function startGrandchild(milliseconds: number): number | null {
  const child = spawn('sh', ['-c', `trap '' TERM; exec sleep ${milliseconds / 1000}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  child.unref()
  return child.pid ?? null
}

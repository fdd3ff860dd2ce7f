import {execFile} from 'node:child_process'
import {promisify} from 'node:util'

import {requireExecutable} from './executables.ts'

/** The real `cosign`, or null where it was not built. */
export const cosignPath = requireExecutable('cosign', 'run test/cosign/build.sh (needs Go 1.26)')

/** Runs cosign in a folder that is also its HOME, without a log or any other service; rejects with its stderr. */
export async function cosign(args: readonly string[], cwd: string): Promise<string> {
  if (cosignPath === null) throw new Error('cosign is not there')
  const env = {HOME: cwd, COSIGN_PASSWORD: ''}
  const {stdout} = await promisify(execFile)(cosignPath, args, {cwd, env, timeout: 60_000})
  return stdout
}

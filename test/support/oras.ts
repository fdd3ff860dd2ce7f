import {execFile} from 'node:child_process'
import {promisify} from 'node:util'

import {requireExecutable} from './executables.ts'

/** The real `oras`, or null where it was not built. */
export const orasPath = requireExecutable('oras', 'run test/oras/build.sh (needs Go 1.26)')

export type OrasOptions = {
  /** The folder whose files are pushed: oras wants relative paths. */
  readonly cwd: string
  /** Added to an otherwise empty environment. HOME is `cwd` unless given, so that no login of this machine counts. */
  readonly env?: Readonly<Record<string, string>>
}

/** Runs oras and gives its stdout. Rejects with its stderr when it fails. */
export async function oras(args: readonly string[], {cwd, env = {}}: OrasOptions): Promise<string> {
  if (orasPath === null) throw new Error('oras is not there')
  const {stdout} = await promisify(execFile)(orasPath, args, {cwd, env: {HOME: cwd, ...env}, timeout: 60_000})
  return stdout
}

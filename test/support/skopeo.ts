import {execFile} from 'node:child_process'
import {promisify} from 'node:util'

import {requireExecutable} from './executables.ts'

/** The real `skopeo`, or null where it is not installed. */
export const skopeoPath = requireExecutable('skopeo', 'apt-get install skopeo')

/**
 * Copies an artifact with its bytes as they are: `docker://HOST/REPO:TAG`, `dir:FOLDER`, `oci:FOLDER:TAG`. Plain HTTP, and
 * no login of this machine counts. Rejects with its stderr when it fails.
 */
export async function skopeoCopy(from: string, to: string, home: string): Promise<void> {
  if (skopeoPath === null) throw new Error('skopeo is not there')
  const options = [
    '--insecure-policy',
    'copy',
    '--preserve-digests',
    '--src-tls-verify=false',
    '--dest-tls-verify=false',
  ]
  const env = {HOME: home, XDG_RUNTIME_DIR: home, TMPDIR: home}
  await promisify(execFile)(skopeoPath, [...options, from, to], {env, timeout: 60_000})
}

import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'

import {WatchError, errorText} from './errors.ts'
import {Secret} from './secret.ts'
import type {SecretRef} from './secret-ref.ts'

/**
 * Reads a secret from where the config says; a trailing newline does not belong to it. `baseDir` is for relative paths.
 * Throws `SECRET_MISSING` when the variable or file is not there or empty.
 */
export function readSecret(ref: SecretRef, env: NodeJS.ProcessEnv, baseDir: string): Secret {
  const value = ref.env === undefined ? readFile(resolve(baseDir, ref.file!)) : env[ref.env]
  const text = value?.replace(/\r?\n$/, '') ?? ''
  if (text !== '') return new Secret(text)
  const where = ref.env === undefined ? `file ${ref.file}` : `variable ${ref.env}`
  throw new WatchError('SECRET_MISSING', `reading a secret from ${where}: it is not set or empty`)
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new WatchError('SECRET_MISSING', `reading a secret from file ${path}: ${errorText(error)}`, {cause: error})
  }
}

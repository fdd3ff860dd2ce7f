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
  throw new WatchError('SECRET_MISSING', `reading a secret from ${placeOf(ref)}: it is not set or empty`)
}

/** The secret, if it is a URL that can be called. Throws `SECRET_MISSING`, which does not show it. */
export function requireUrl(secret: Secret, ref: SecretRef): Secret {
  const url = URL.parse(secret.reveal())
  if (url !== null && /^https?:$/.test(url.protocol)) return secret
  const message = `reading a secret from ${placeOf(ref)}: it is not a URL that begins with http:// or https://`
  throw new WatchError('SECRET_MISSING', message)
}

/** The secret, if it can stand in a header. Throws `SECRET_MISSING`, which does not show it. */
export function requireToken(secret: Secret, ref: SecretRef): Secret {
  if (/^[\x21-\x7e]+$/.test(secret.reveal())) return secret
  const message = `reading a secret from ${placeOf(ref)}: it is no token, as it holds a space, a line break or the like`
  throw new WatchError('SECRET_MISSING', message)
}

/** `variable NAME`, `file PATH`. */
export function placeOf(ref: SecretRef): string {
  return ref.env === undefined ? `file ${ref.file}` : `variable ${ref.env}`
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new WatchError('SECRET_MISSING', `reading a secret from file ${path}: ${reasonOf(error)}`, {cause: error})
  }
}

function reasonOf(error: unknown): string {
  const {code} = error as NodeJS.ErrnoException
  return code === 'EISDIR' ? 'it is a folder: name the file in it' : errorText(error)
}

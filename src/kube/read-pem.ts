import {readFile} from 'node:fs/promises'

import {errorText} from '../errors.ts'
import {KubeConfigError} from './kube-config-error.ts'

export type PemSource = {
  /** Base64; wins. */
  readonly data: string
  /** Absolute path. */
  readonly file: string
  /** For messages: what it is, and of whom. */
  readonly what: string
}

const hint = 'renew the kubeconfig, or mount the file that it names'

/** A certificate or key; null when there is neither data nor file. Throws `KubeConfigError`, which quotes none of it. */
export async function readPem({data, file, what}: PemSource): Promise<string | null> {
  if (data === '' && file === '') return null
  const text = data === '' ? await readText(file, what) : Buffer.from(data, 'base64').toString('utf8')
  if (text.includes('-----BEGIN ')) return text
  const where = data === '' ? file : `${what.split(' ')[0]}-data`
  throw new KubeConfigError(`reading the ${what}: ${where} is not ${data === '' ? '' : 'base64 of '}PEM`, {hint})
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new KubeConfigError(`reading the ${what}: ${errorText(error)}`, {cause: error, hint})
  }
}

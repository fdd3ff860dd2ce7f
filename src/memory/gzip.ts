import {gunzipSync, gzipSync} from 'node:zlib'

/** Bytes; a ConfigMap of 1 MiB could unfold to a thousand times as much. */
const unpackedLimit = 128 * 1024 * 1024

export function gzipText(text: string): Buffer {
  return gzipSync(text)
}

/** Null for what is no whole gzip, or too much. */
export function gunzipText(bytes: Buffer): string | null {
  try {
    return gunzipSync(bytes, {maxOutputLength: unpackedLimit}).toString('utf8')
  } catch {
    return null
  }
}

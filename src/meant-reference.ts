import {WatchError} from './errors.ts'

/** How people and other tools begin a reference. */
const scheme = /^(?:oci|docker|https?):(?:\/\/)?/i

/**
 * The reference that was probably meant by a source that was taken for a folder: `ghcr.io/acme/x:prod` and
 * `https://ghcr.io/acme/x` lack `oci://`. Null for what cannot be one.
 */
export async function meantReference(ref: string): Promise<string | null> {
  const {parseReference} = await import('./artifact/reference.ts')
  try {
    return parseReference(`oci://${ref.replace(scheme, '')}`).text
  } catch (error) {
    if (error instanceof WatchError) return null
    throw error
  }
}

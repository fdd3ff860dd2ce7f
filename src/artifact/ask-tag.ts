import {WatchError} from '../errors.ts'
import type {ErrorCode} from '../model/error-code.ts'
import type {Attempt} from './attempt.ts'
import {parseDigest} from './digest.ts'
import {acceptedTypes} from './image-manifest.ts'
import type {Registry} from './registry.ts'

export type AskTagOptions = {
  readonly registry: Registry
  readonly tag: string
  readonly attempt: Attempt
  readonly signal: AbortSignal
}

/** What an answer to HEAD may mean that GET would not get: some places sign their links for GET only. */
const onlyHead = new Set<ErrorCode>([
  'ARTIFACT_DENIED',
  'ARTIFACT_SERVER_ERROR',
  'ARTIFACT_REDIRECT_REJECTED',
  'ARTIFACT_UNSUPPORTED_MEDIA_TYPE',
])

/**
 * What a tag stands for now, by HEAD: Docker Hub counts only GET as a pull. Null when GET must be asked, as the registry
 * does not take HEAD or does not say the digest.
 */
export async function askTag({registry, tag, attempt, signal}: AskTagOptions): Promise<string | null> {
  const asking = attempt.step(`asking for tag ${tag}`)
  const request = {method: 'HEAD', path: `manifests/${tag}`, accept: acceptedTypes, attempt: asking, signal} as const
  try {
    return await registry.get(request, async ({headers, body}) => {
      for await (const _ of body) break
      const digest = headers['docker-content-digest']
      return typeof digest === 'string' && parseDigest(digest) !== null ? digest : null
    })
  } catch (error) {
    if (error instanceof WatchError && onlyHead.has(error.code)) return null
    throw error
  }
}

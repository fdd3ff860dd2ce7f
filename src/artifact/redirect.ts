import type {HttpAnswer} from '../http.ts'
import type {Attempt} from './attempt.ts'

/** An answer with the place that it came from in the end. */
export type FollowedAnswer = {
  readonly answer: HttpAnswer
  readonly url: URL
  /** It comes from another server than the registry, or by way of one. */
  readonly isElsewhere: boolean
}

export type FollowOptions = {
  readonly url: URL
  /** One request; `isOurs` while it may carry our login. */
  readonly send: (url: URL, isOurs: boolean) => Promise<HttpAnswer>
  /** Whether redirects may be followed at all. */
  readonly follows: boolean
  readonly attempt: Attempt
}

const mostHops = 5
const redirects = new Set([301, 302, 303, 307, 308])

/**
 * Follows redirects by hand, as registries keep blobs elsewhere: never from https to http, and once another scheme, host
 * or port was visited, never again with our login. Errors name only the origin of a place: the rest of such a URL is often
 * a credential. https://github.com/oras-project/oras-go/security/advisories/GHSA-vh4v-2xq2-g5cg
 */
export async function followRedirects({url: first, send, follows, attempt}: FollowOptions): Promise<FollowedAnswer> {
  let url = first
  let isOurs = true
  for (let hops = 0; ; hops += 1) {
    const answer = await send(url, isOurs)
    if (!redirects.has(answer.status)) return {answer, url, isElsewhere: !isOurs}
    discard(answer.body)
    const rejected = (why: string) =>
      attempt.error(
        'ARTIFACT_REDIRECT_REJECTED',
        `${hops === 0 ? 'the registry' : url.origin} answered ${answer.status} and redirects ${why}`,
      )
    const {location} = answer.headers
    const next = typeof location === 'string' ? URL.parse(location, url) : null
    if (next === null) throw rejected('to no place that can be read')
    if (!follows) throw rejected(`to ${next.origin}, which is not followed here`)
    if (next.protocol !== 'https:' && next.protocol !== 'http:') throw rejected(`to ${next.protocol}`)
    if (url.protocol === 'https:' && next.protocol === 'http:') throw rejected(`to ${next.origin}, without TLS`)
    if (hops === mostHops) throw rejected(`to ${next.origin}, after ${mostHops} redirects before it`)
    isOurs &&= next.origin === first.origin
    url = next
  }
}

/** Leaves a body unread, which undici reports as an error. */
export function discard(body: HttpAnswer['body']): void {
  body.on('error', () => undefined).destroy()
}

import {z} from 'zod'

import type {ErrorCode} from '../../model/error-code.ts'
import {bareType, indexTypes} from '../image-manifest.ts'
import {readDocument} from '../read-document.ts'
import {bundleType} from './bundle.ts'
import {attempting, reasonOf, storedWrongly, type VerifyContext} from './context.ts'
import {nextPage, type NextPage} from './next-page.ts'
import {readAnswer} from './read-answer.ts'
import {parseJson} from './verdict.ts'

/** What a registry lists as pointing to an image manifest or index. */
export type Referrers = {
  /** Each once; those that call themselves bundles first. What the list says of a type is no proof. */
  readonly digests: readonly string[]
  /** Why the list, or some of it, cannot be used. */
  readonly trouble: string | null
}

const listSchema = z.object({
  manifests: z.array(z.object({digest: z.string(), artifactType: z.string().nullish()})).nullish(),
})
type Listed = NonNullable<z.infer<typeof listSchema>['manifests']>[number]

/**
 * Asks the referrers API; a registry without it has the list under a tag. Redirects of the API lead to web pages: such an
 * answer, a page of HTML and a refusal of the request mean that there is no API. Trouble that may pass does not.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
 */
export async function listReferrers(digest: string, context: VerifyContext): Promise<Referrers> {
  return (await listByApi(digest, context)) ?? (await listByTag(digest, context))
}

/** Null when the registry has no such API. */
async function listByApi(digest: string, context: VerifyContext): Promise<Referrers | null> {
  const listed: Listed[] = []
  let query = ''
  const most = context.limits.referrerPages
  for (let number = 1; number <= most; number += 1) {
    const page = await readPage(digest, query, context)
    if (page === null && number === 1) return null
    const manifests = page?.manifests ?? null
    if (page === null || manifests === null) return toReferrers(listed, `page ${number} of the list cannot be read`)
    listed.push(...manifests)
    if (page.next === null) return toReferrers(listed, null)
    if (page.next === 'elsewhere') return toReferrers(listed, 'the list of referrers goes on at another place')
    query = page.next.query
  }
  return toReferrers(listed, `the list of referrers has more than ${most} pages`)
}

type Page = {readonly manifests: readonly Listed[] | null; readonly next: NextPage}

/** Statuses that say no to the request as such. */
const noApi: Readonly<Record<number, ErrorCode>> = Object.fromEntries(
  [400, 403, 405, 406, 415, 422, 501].map(status => [status, 'ARTIFACT_NOT_FOUND']),
)

async function readPage(digest: string, query: string, context: VerifyContext): Promise<Page | null> {
  const {registry, limits, repositoryUrl, signal} = context
  const attempt = attempting('listing referrers', context)
  const request = {path: `referrers/${digest}${query}`, accept: indexTypes[0], codes: noApi, attempt, signal}
  try {
    return await registry.get(request, async answer => {
      const type = answer.headers['content-type']
      if (typeof type !== 'string' || bareType(type) !== indexTypes[0]) {
        throw attempt.error('ARTIFACT_UNSUPPORTED_MEDIA_TYPE', 'it is no index')
      }
      const list = listSchema.safeParse(parseJson(await readAnswer(answer, limits.manifest, attempt)), {
        jitless: true,
      })
      const next = nextPage(answer.headers['link'], `${repositoryUrl}/referrers/${digest}${query}`)
      return {manifests: list.success ? (list.data.manifests ?? []) : null, next}
    })
  } catch (error) {
    if (storedWrongly(error) === null) throw error
    return null
  }
}

/** `sha256-HEX`. Some registries answer such a name with what it is the digest of, which lists nothing. */
async function listByTag(digest: string, context: VerifyContext): Promise<Referrers> {
  const {registry, limits, signal} = context
  const name = digest.replace(':', '-')
  const attempt = attempting(`fetching ${name}`, context)
  try {
    const document = await readDocument({registry, name, expected: null, limit: limits.manifest, attempt, signal})
    const list = listSchema.safeParse(document.json, {jitless: true})
    if (!list.success) return toReferrers([], `the index ${name} is not as OCI has it`)
    return toReferrers(list.data.manifests ?? [], null)
  } catch (error) {
    const wrong = storedWrongly(error)
    if (wrong === null) throw error
    return toReferrers([], wrong.code === 'ARTIFACT_NOT_FOUND' ? null : reasonOf(wrong, context))
  }
}

function toReferrers(listed: readonly Listed[], trouble: string | null): Referrers {
  const isLikely = ({artifactType}: Listed) => artifactType === bundleType
  const sorted = [...listed.filter(isLikely), ...listed.filter(entry => !isLikely(entry))]
  return {digests: [...new Set(sorted.map(({digest}) => digest))], trouble}
}

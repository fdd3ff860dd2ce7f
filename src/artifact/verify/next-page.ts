/** Where a list goes on: with this query, at a place that is not asked, or nowhere. */
export type NextPage = {readonly query: string} | 'elsewhere' | null

/**
 * The next page by a `Link` header. Only the page's own origin and path count: a registry must not send us to other places
 * with our login. https://www.rfc-editor.org/rfc/rfc8288
 */
export function nextPage(link: string | string[] | undefined, page: string): NextPage {
  const target = [link ?? []].flat().flatMap(header => nextTarget(header) ?? [])[0]
  if (target === undefined) return null
  const here = new URL(page)
  const next = URL.parse(target, here)
  const isHere = next?.origin === here.origin && pathOf(next) === pathOf(here)
  return isHere && next.search.length <= longestQuery ? {query: next.search} : 'elsewhere'
}

const longestQuery = 2048

/** What a header has with `rel="next"`. */
function nextTarget(header: string): string | null {
  for (const [, target, params] of header.matchAll(/<([^<>]*)>([^<]*)/g)) {
    if (/;\s*rel\s*=\s*(?:next(?![\w-])|"(?:[^"]*\s)?next(?:\s[^"]*)?")/i.test(params!)) return target!
  }
  return null
}

/** A digest's colon may be percent-encoded. */
function pathOf({pathname}: URL): string {
  return pathname.replaceAll(/%3a/gi, ':')
}

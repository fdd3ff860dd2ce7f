/** What makes a pattern that can never fit, for people; null for one that may. */

/** `group/version/kind[/namespace]/name`; the core group is empty, so it begins with `/`. */
const segments = {least: 4, most: 5}
const version = /^v\d+(?:(?:alpha|beta)\d+)?$/

export function resourceProblem(pattern: string): string | null {
  const parts = pattern.split('/')
  if (parts.includes('**')) return parts[0] !== undefined && version.test(parts[0]) ? beginWithSlash(pattern) : null
  if (parts.length === segments.least - 1 && version.test(parts[0] ?? '')) return beginWithSlash(pattern)
  if (parts.length >= segments.least && parts.length <= segments.most) {
    return version.test(parts[0] ?? '') ? beginWithSlash(pattern) : null
  }
  return 'has the form of no resource, so nothing fits; write group/version/kind/namespace/name, with * or ** for what may be anything'
}

/** Letters of regular expressions that no name of a Manifest is likely to have. */
export function manifestProblem(pattern: string): string | null {
  const isForeign = /^[!^]|\$$|[[\](){}|\\]/.test(pattern)
  return isForeign ? 'looks like a regular expression; here only *, ** and ? are special' : null
}

function beginWithSlash(pattern: string): string {
  return `begins with a version, so nothing fits; the core group begins with /, as in /${pattern}`
}

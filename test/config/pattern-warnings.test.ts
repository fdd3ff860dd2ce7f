import fc from 'fast-check'
import {describe, expect, it} from 'vitest'

import {manifestProblem, resourceProblem} from '../../src/config/pattern-warnings.ts'
import {toMatcher} from '../../src/pattern.ts'

const form = /^has the form of no resource, so nothing fits; write group\/version\/kind\/namespace\/name/
const slash = (pattern: string) =>
  `begins with a version, so nothing fits; the core group begins with /, as in /${pattern}`

/** Resources of the core group, a built-in and a custom one, with and without a namespace. */
const resources = ['', 'apps', 'example.com'].flatMap(group =>
  ['v1', 'v1beta1', 'v2'].flatMap(version =>
    ['ConfigMap', 'Deployment', 'Web'].flatMap(kind =>
      ['web/nginx', 'nginx', 'v1/v1', 'web'].map(name => `${group}/${version}/${kind}/${name}`),
    ),
  ),
)

describe('a pattern of resources', () => {
  it.each([
    '**',
    '**/nginx',
    '**/web/*',
    '*/*/*/*',
    '*/*/*/*/*',
    'apps/**',
    'apps/v1/Deployment/**',
    'apps/*/Deployment/web/nginx',
    '/v1/ConfigMap/**',
    '/v1/ConfigMap/web/*',
    '/v1/Web/nginx',
    'example.com/v1beta1/Web/web/web',
    'example.com/v?/Web/web/w*',
    // fits a group that nobody has here
    'v1.example.com/v1/Web/web',
    'v1x/**',
  ])('%s may fit', pattern => {
    expect(resourceProblem(pattern)).toBeNull()
  })

  it.each([
    'v1/ConfigMap/**',
    'v1/**',
    'v1beta1/Web/**',
    'v2alpha1/Web/*/web',
    'v1/Namespace/web',
    'v1/ConfigMap/web/nginx',
    'v1/ConfigMap/*/*',
  ])('%s lacks the slash of the core group', pattern => {
    expect(resourceProblem(pattern)).toBe(slash(pattern))
  })

  it.each([
    'Deployment',
    'web/nginx',
    'Deployment/web/nginx',
    'apps/v1/Deployment',
    '/v1/ConfigMap',
    'nginx**',
    'apps/v1/Deployment**',
    'apps/v1/Deployment/web/nginx/more',
    'web/apps/v1/Deployment/web/nginx',
    '^web-.*$',
    '!web',
    '*',
    '*/*/*',
    '*/*/*/*/*/*',
  ])('%s has the form of no resource', pattern => {
    expect(resourceProblem(pattern)).toMatch(form)
  })

  it('fits nothing there is wherever it is called one that fits nothing', () => {
    const segment = fc.constantFrom('*', '**', '?*', 'v1', 'v?', 'v1beta1', 'apps', '', 'ConfigMap', 'Web', 'web', 'w*')
    const patterns = fc.array(segment, {minLength: 1, maxLength: 7}).map(parts => parts.join('/'))
    let refused = 0
    fc.assert(
      fc.property(
        patterns.filter(pattern => pattern !== ''),
        pattern => {
          if (resourceProblem(pattern) === null) return
          refused += 1
          expect(resources.filter(toMatcher([pattern]))).toEqual([])
        },
      ),
      {numRuns: 500},
    )
    expect(refused).toBeGreaterThan(100)
  })
})

describe('a pattern of Manifests', () => {
  it.each(['web', 'web-*', '*-web', '*', '**', 'w?b', 'team/web', '**/nginx', 'web.v2', 'a+b', 'web^', '$web', 'we!b'])(
    '%s may fit',
    pattern => {
      expect(manifestProblem(pattern)).toBeNull()
    },
  )

  it.each(['^web-.*$', '^web', 'web$', '!web', 'web-[ab]', '(web|api)', 'web|api', '{web,api}', String.raw`web\d`])(
    '%s looks like a regular expression',
    pattern => {
      expect(manifestProblem(pattern)).toBe('looks like a regular expression; here only *, ** and ? are special')
    },
  )
})

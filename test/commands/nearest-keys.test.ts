import {describe, expect, it} from 'vitest'

import {didYouMean, nearestKeys} from '../../src/commands/nearest-keys.ts'

const known = ['web', 'web-2', 'api', 'batch', 'web/apps/v1/Deployment/web/nginx', 'web//v1/ConfigMap/web/conf']

describe('nearestKeys', () => {
  it.each<[string, string, string[]]>([
    ['a slip', 'wbe', ['web']],
    ['another case', 'API', ['api']],
    ['a part of State keys', 'Deployment/web/nginx', ['web/apps/v1/Deployment/web/nginx']],
    [
      'a long key with slips, also in its Manifest',
      'wbe/app/v1/Deployment/web/ngix',
      ['web/apps/v1/Deployment/web/nginx'],
    ],
    ['a part of many, shortest first', 'web', ['web', 'web-2', 'web//v1/ConfigMap/web/conf']],
    ['something else', 'monitoring', []],
    ['nothing', '', []],
  ])('finds what %s may have meant', (_title, word, expected) => {
    expect(nearestKeys(word, known)).toEqual(expected)
  })

  it('asks for one, or for one of several', () => {
    expect(didYouMean([])).toBe('')
    expect(didYouMean(['web'])).toBe('did you mean web?')
    expect(didYouMean(['web', 'api', 'batch'])).toBe('did you mean web, api or batch?')
  })
})

import {describe, expect, it} from 'vitest'

import {groupPath} from '../../src/metrics/group-path.ts'

const job = 'tazuna-watch'
const jobPath = '/metrics/job@base64/dGF6dW5hLXdhdGNo'

describe('groupPath', () => {
  it.each([
    ['has job and cluster', {cluster: 'prod', watch: 'default'}, '/cluster@base64/cHJvZA'],
    [
      'has a scope when the watch has a name',
      {cluster: 'prod', watch: 'infra'},
      '/cluster@base64/cHJvZA/scope@base64/aW5mcmE',
    ],
    ['writes an empty value as one =', {cluster: '', watch: ''}, '/cluster@base64/=/scope@base64/='],
    ['uses the alphabet of URLs', {cluster: '???>>>', watch: 'default'}, '/cluster@base64/Pz8_Pj4-'],
    [
      'takes an ARN',
      {cluster: 'arn:aws:eks:eu-1:1:cluster/a', watch: 'default'},
      '/cluster@base64/YXJuOmF3czpla3M6ZXUtMToxOmNsdXN0ZXIvYQ',
    ],
    ['takes unicode', {cluster: '東京', watch: 'default'}, '/cluster@base64/5p2x5Lqs'],
  ])('%s', (_, key, path) => {
    expect(groupPath({job, ...key})).toBe(jobPath + path)
  })
})

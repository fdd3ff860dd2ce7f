import {describe, expect, it} from 'vitest'

import {parseGatewayGroup} from '../../src/metrics/gateway-group.ts'

const key = {job: 'tazuna-watch', cluster: 'prod', watch: 'default'}
const labels = {job: 'tazuna-watch', cluster: 'prod'}
const drift = {type: 'GAUGE', metrics: [{labels: {...labels, manifest: 'web'}, value: '1.7952013e+09'}]}
const ours = {labels, last_push_successful: true, drift}

function answer(...data: unknown[]): string {
  return JSON.stringify({status: 'success', data})
}

describe('parseGatewayGroup', () => {
  it('finds our group among all', () => {
    const group = parseGatewayGroup(answer({labels: {job: 'other'}}, ours), key)
    expect(group?.get('drift')).toStrictEqual([{labels: {...labels, manifest: 'web'}, value: 1_795_201_300}])
    expect(group?.get('last_push_successful')).toStrictEqual([])
  })

  it.each<[string, unknown[]]>([
    ['there is none', []],
    ['one of another cluster', [{...ours, labels: {...labels, cluster: 'dev'}}]],
    ['one of another job', [{...ours, labels: {...labels, job: 'other'}}]],
    ['one of another watch of the cluster', [{...ours, labels: {...labels, scope: 'edge'}}]],
    ['one with fewer labels', [{...ours, labels: {job: 'tazuna-watch'}}]],
    ['one without labels', [{drift}]],
    ['one whose labels are hidden by a family of that name', [{...ours, labels: drift}]],
    ['what is no group', [null, 1, 'group', []]],
  ])('takes no other one: %s', (_, data) => {
    expect(parseGatewayGroup(answer(...data), key)).toBeNull()
  })

  it('finds that of a watch by its scope', () => {
    const scoped = {...ours, labels: {...labels, scope: 'edge'}}
    expect(parseGatewayGroup(answer(ours, scoped), {...key, watch: 'edge'})?.size).toBe(3)
  })

  it.each([
    ['1', 1],
    ['1.7952013e+09', 1_795_201_300],
    ['NaN', Number.NaN],
    ['+Inf', Number.NaN],
    ['', Number.NaN],
    [7, Number.NaN],
    [null, Number.NaN],
  ])('reads the value %j as %d', (value, number) => {
    const group = parseGatewayGroup(answer({labels, a: {metrics: [{labels: {a: 'b', c: 1}, value}]}}), key)
    expect(group?.get('a')).toStrictEqual([{labels: {a: 'b'}, value: number}])
  })

  it.each([
    ['<html>', 'it is no JSON'],
    ['', 'it is no JSON'],
    [answer(ours).slice(0, -5), 'it is no JSON'],
    ['null', 'it has no list of groups'],
    ['{}', 'it has no list of groups'],
    ['{"status":"success","data":{}}', 'it has no list of groups'],
  ])('refuses %j', (text, problem) => {
    expect(() => parseGatewayGroup(text, key)).toThrow(problem)
  })
})

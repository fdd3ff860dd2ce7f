import {describe, expect, it} from 'vitest'
import {parse} from 'yaml'

import {loadConfig} from '../../src/config/load.ts'
import {jsonSchemaProblems} from '../support/json-schema.ts'
import {tempDir} from '../support/temp-dir.ts'

/** Whether a run takes the config. */
async function isTaken(yaml: string): Promise<boolean> {
  await using dir = await tempDir()
  await dir.write('tazuna-watch.yaml', yaml)
  return await loadConfig({flags: {}, env: {}, cwd: dir.path}).then(
    () => true,
    () => false,
  )
}

const base = 'apiVersion: tazuna-watch/v1\ncluster: prod\n'
const valid = `${base}source: {path: .}\n`

describe('the JSON Schema of the config', () => {
  it.each([
    ['a duration of one unit', `${valid}deadline: 20m\n`],
    ['a duration of several', `${valid}interval: 1h30m\n`],
    ['a date', `${valid}ignore: [{manifest: web, reason: r, until: 2027-01-31}]\n`],
    ['one pattern', `${valid}ignore: [{resource: "a/**", reason: r}]\n`],
    ['a list of patterns', `${valid}ignore: [{manifest: [a, b], diffType: [added, removed], reason: r}]\n`],
    ['a secret of a variable', `${valid}heartbeat: {url: {env: HEARTBEAT}}\n`],
    ['a secret of a file', `${valid}notifiers: [{type: slack, webhookUrl: {file: hook}}]\n`],
    ['a URL', `${valid}metrics: {pushgateway: {url: "HTTPS://gateway"}}\n`],
    ['empty lists', `${valid}ignore: []\nnotifiers: []\n`],
  ])('takes what a run takes: %s', async (_title, yaml) => {
    expect(jsonSchemaProblems(parse(yaml))).toEqual([])
    expect(await isTaken(yaml)).toBe(true)
  })

  it.each([
    ['another version', valid.replace('v1', 'v2'), '.apiVersion'],
    ['a number for a duration', `${valid}deadline: 600\n`, '.deadline'],
    ['a duration of nothing', `${valid}interval: 0s\n`, '.interval'],
    ['a duration in words', `${valid}interval: 1 hour\n`, '.interval'],
    ['a date that is none', `${valid}ignore: [{manifest: web, reason: r, until: tomorrow}]\n`, '.ignore[0].until'],
    ['an unknown key', `${valid}watcher: x\n`, '.watcher'],
    ['an unknown key below', `${valid}tazuna: {comand: x}\n`, '.tazuna.comand'],
    ['two sources', `${base}source: {oci: "oci://h:1/r", path: .}\n`, '.source'],
    ['a rule for everything', `${valid}ignore: [{reason: r}]\n`, '.ignore[0]'],
    ['a rule without its reason', `${valid}ignore: [{manifest: web}]\n`, '.ignore[0].reason'],
    ['an empty list of patterns', `${valid}ignore: [{manifest: [], reason: r}]\n`, '.ignore[0].manifest'],
    [
      'a diff type that is none',
      `${valid}ignore: [{manifest: a, diffType: always-sync, reason: r}]\n`,
      '.ignore[0].diffType',
    ],
    ['a secret in clear', `${valid}heartbeat: {url: https://hc.example/x}\n`, '.heartbeat.url'],
    ['a secret of two places', `${valid}heartbeat: {url: {env: A, file: b}}\n`, '.heartbeat.url'],
    ['a secret of none', `${valid}heartbeat: {url: {}}\n`, '.heartbeat.url'],
    ['a notifier of an unknown type', `${valid}notifiers: [{type: mail, webhookUrl: {env: A}}]\n`, '.notifiers[0]'],
    ['a URL of another scheme', `${valid}runbookUrl: ftp://wiki\n`, '.runbookUrl'],
  ])('refuses what a run refuses: %s', async (_title, yaml, place) => {
    expect(jsonSchemaProblems(parse(yaml)).map(problem => problem.split(':')[0])).toContain(place)
    expect(await isTaken(yaml)).toBe(false)
  })
})

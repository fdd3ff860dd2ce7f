import {describe, expect, it} from 'vitest'

import type {Explanation} from '../../src/model/explanation.ts'
import type {CliResult} from '../support/cli.ts'
import {startWebhookReceiver} from '../support/webhook-receiver.ts'
import {inSync, world} from '../support/world.ts'

const explanationOf = ({stdout}: CliResult) => JSON.parse(stdout) as Explanation
const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d UTC`

/** Runs with a memory in a file below HOME, and what `explain` says afterwards. */
describe.concurrent('explain', () => {
  it('says before the first run that nothing is known, and needs no source', async () => {
    await using w = await world({memory: true})
    const result = await w.run(['explain'], {env: {TAZUNA_WATCH_SOURCE: '', SLACK_WEBHOOK_URL: ''}})
    expect(result).toMatchObject({exitCode: 0, stderr: ''})
    expect(result.stdout).toBe(
      `test · file ${w.dir.path}/.local/state/tazuna-watch/test.default.json\n` +
        'No run has ended yet.\n\nThis config has no notifiers.\n',
    )
    expect((await w.tazuna.calls()).length).toBe(0)
  })

  it('says what was told, and when a reminder comes', async () => {
    await using w = await world({memory: true})
    await w.run()
    const {exitCode, stdout, stderr} = await w.run(['explain'])
    expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''})
    expect(stdout).toMatch(
      new RegExp(
        `^test · file \\S+/test.default.json
Last run ${time} \\(just now\\): drift\\.

slack
  Told of all drift\\.
  Its last message was delivered just now\\.
  Nothing is due now; from (?:\\S+ )?\\d\\d:\\d\\d UTC on the next run sends it a\\s+message \\(reminder\\) if all stays as it is\\.
  web
    told just now \\(baseline\\): 3 entries still open
    next: a reminder from ${time} on if it is still there
  In sync, nothing to tell: api
$`,
      ),
    )
    expect(w.webhook.calls.length).toBe(1)
  })

  it('says of one Manifest how each entry stands', async () => {
    await using w = await world({memory: true})
    await w.dir.write(
      'tazuna-watch.yaml',
      `apiVersion: tazuna-watch/v1
minSightings: 2
ignore: [{manifest: web, resource: /v1/ConfigMap/web/new, reason: known}]
notifiers:
  - {type: slack, name: ops, webhookUrl: {env: SLACK_WEBHOOK_URL}, match: {diffType: [removed, modified]}}
  - {type: slack, name: added, webhookUrl: {env: SLACK_WEBHOOK_URL}, match: {diffType: added}}
`,
    )
    await w.run()
    const {stdout} = await w.run(['explain', 'web'])
    expect(stdout).toContain(`  web
    told just now (baseline): 1 entry still open
    not told: 1 entry seen once, told after 2 runs in a row
    no drift: 1 ignored by a rule of the config
    next: a reminder from `)
    expect(stdout).toContain(`
    removed      web//v1/ConfigMap/web/old         told
    modified     web/apps/v1/Deployment/web/nginx  not seen often enough
    added        web//v1/ConfigMap/web/new         ignored
`)
    expect(stdout).toContain('\n    not told: `match` leaves out 2 entries\n')
  })

  it('says which drift each notifier is told of, and what no notifier is told of', async () => {
    await using w = await world({memory: true})
    await w.dir.write(
      'tazuna-watch.yaml',
      `apiVersion: tazuna-watch/v1
notifiers:
  - {type: slack, name: ops, webhookUrl: {env: SLACK_WEBHOOK_URL}, match: {diffType: [removed]}}
  - {type: slack, name: apps, webhookUrl: {env: SLACK_WEBHOOK_URL}, match: {manifest: "w*", resource: "apps/**"}}
`,
    )
    await w.run()
    const {stdout} = await w.run(['explain'])
    expect(stdout).toContain('\n\nops\n  Told of: removed\n')
    expect(stdout).toContain('\n\napps\n  Told of: drift of resources apps/** in Manifests w*\n')
    expect(stdout.match(/No notifier is told of .*/g)).toEqual(['No notifier is told of 1 entry: web (1 added)'])
    const {notifiers, unrouted} = explanationOf(await w.run(['explain', '--format', 'json']))
    expect(notifiers.map(({match}) => match)).toEqual([
      {manifest: null, resource: null, diffType: ['removed']},
      {manifest: ['w*'], resource: ['apps/**'], diffType: null},
    ])
    expect(unrouted).toEqual([{manifest: 'web', stateKey: 'web//v1/ConfigMap/web/new', diffType: 'added'}])
  })

  it('says that the delivery failed and all is due, and after the next run that it is told', async () => {
    await using w = await world({memory: true})
    const receiver = await startWebhookReceiver({status: 404, body: 'no_service'})
    const failed = await w.run([], {env: {SLACK_WEBHOOK_URL: receiver.url}})
    await receiver.close()
    expect(failed.exitCode).toBe(74)
    const due = await w.run(['explain'])
    expect(due.stdout).toContain('Deliveries fail as of now.\n')
    expect(due.stdout).toContain('\n  The next run sends it a message (baseline) if it sees the same.\n')
    expect(due.stdout).toContain('\n    deliveries fail as of now: due now, the next run tells it (baseline)\n')
    await w.run()
    expect((await w.run(['explain'])).stdout).toContain('\n    told just now (baseline): 3 entries still open\n')
  })

  it('has a documented shape as JSON, which never has the key of the memory', async () => {
    await using w = await world({memory: true})
    await w.run()
    const result = await w.run(['explain', '--format', 'json'])
    const explanation = explanationOf(result)
    expect(result.stdout).toBe(`${JSON.stringify(explanation, null, 2)}\n`)
    expect(Object.keys(explanation)).toEqual(
      'schema cluster watch store now minSightings lastRun claim failing massDrift notifiers unrouted unconfigured'.split(
        ' ',
      ),
    )
    expect(Object.keys(explanation.notifiers[0]!)).toEqual(
      'name match joinedAt baselineAt deliveredAt failedSince due next failing massDriftToldAt manifests'.split(' '),
    )
    expect(Object.keys(explanation.notifiers[0]!.manifests[0]!)).toEqual(
      'name matched lastCheckedAt checked goneSince told due next failing folded mutes entries'.split(' '),
    )
    expect(explanation).toMatchObject({
      schema: 'tazuna-watch/explain/v1',
      lastRun: {outcome: 'drift'},
      notifiers: [{name: 'slack', due: [], next: {reasons: ['reminder']}, manifests: [{name: 'web'}, {name: 'api'}]}],
    })
    expect(result.stdout).not.toMatch(/[0-9a-f]{64}/)
  })

  it('names the nearest Manifest for one that is not known, and ends with 64', async () => {
    await using w = await world({memory: true})
    const before = await w.run(['explain', 'web'])
    expect(before).toMatchObject({exitCode: 64, stdout: ''})
    expect(before.stderr).toMatch(/\nhint: no run has seen any Manifest yet\n$/)
    await w.run()
    const result = await w.run(['explain', 'wbe'])
    expect(result).toMatchObject({exitCode: 64, stdout: ''})
    expect(result.stderr).toMatch(
      /^error: explaining Manifest wbe: no run saw one of this name \(file .+\) \(USAGE\)\nhint: did you mean web\?\n$/,
    )
    expect((await w.run(['explain', 'monitoring'])).stderr).toMatch(/\nhint: known: web, api\n$/)
  })

  it('names a notifier that is remembered and not in the config', async () => {
    await using w = await world({...inSync, memory: true})
    await w.run()
    const {stdout} = await w.run(['explain'], {env: {SLACK_WEBHOOK_URL: ''}})
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(/This config has no notifiers\. Remembered, .+ known here: slack $/)
  })

  it('says where there is no memory, and ends with 64', async () => {
    await using w = await world()
    const result = await w.run(['explain'])
    expect(result).toMatchObject({exitCode: 64, stdout: ''})
    expect(result.stderr).toMatch(/^error: .+: there is no memory, the store is none \(USAGE\)\nhint: .+\n$/)
  })
})

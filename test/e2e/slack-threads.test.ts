import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {text} from 'node:stream/consumers'

import {expect, it} from 'vitest'

import type {Report} from '../../src/model/report.ts'
import {runAt} from '../support/run-at.ts'
import type {StandInOptions} from '../support/stand-in.ts'
import {configMap, deployment, writeApplied, writeSource} from '../support/tazuna-yaml.ts'
import {world, type World} from '../support/world.ts'

const token = 'xoxb-1234567890-hV9sDk2LmQpX4cR7'
const channelId = 'C0123ABC'

type Body = {channel: string; thread_ts?: string; reply_broadcast?: boolean; text: string}

const firstTs = 1_795_250_000
/** What Slack calls the nth message, from 1 on. */
const tsOf = (message: number) => `${firstTs + message}.000100`
const messageOf = (ts: string) => Number.parseInt(ts, 10) - firstTs

/**
 * A Slack with one channel, `#ops`. What is posted below a message that is deleted stands in the channel, and only by
 * what is missing in the answer can that be told.
 */
async function startSlack() {
  const bodies: Body[] = []
  const deleted = new Set<string>()
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const isCall = request.url === '/api/chat.postMessage' && request.headers.authorization === `Bearer ${token}`
    const body = JSON.parse(await text(request)) as Body
    bodies.push(body)
    const {thread_ts: thread} = body
    const message = {text: body.text, ...(thread !== undefined && !deleted.has(thread) && {thread_ts: thread})}
    const posted = {ok: true, channel: channelId, ts: tsOf(bodies.length), message}
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(isCall ? posted : {ok: false, error: 'invalid_auth'}))
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  return {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    bodies,
    delete: (message: number) => deleted.add(tsOf(message)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const nginx = (replicas: number) => deployment('web', 'nginx', replicas)
const settings = (level: string) => configMap('web', 'settings', {level})
const applied = {web: [nginx(2), settings('info')]}

/** What is rendered from now on; without a number of replicas, nginx is not. */
const render = (w: World, level: string, replicas?: number) =>
  writeSource(join(w.dir.path, 'source'), {
    web: [...(replicas === undefined ? [] : [nginx(replicas)]), settings(level)],
  })

it('keeps what goes on together over days, and shows in the channel what all are to see', async () => {
  await using slack = await startSlack()
  await using w = await world({memory: true})
  await w.dir.write(
    'tazuna-watch.yaml',
    `apiVersion: tazuna-watch/v1
notifiers:
  - {type: slack, token: {env: BOT}, channel: "#ops", apiUrl: "${slack.apiUrl}", resolved: true, failuresBeforeNotice: 1}
`,
  )
  await writeApplied(w.tazuna.stateDir, applied)
  await render(w, 'debug', 3)

  /** Runs, and says why the notifier was told and where that stands: `reminder below 1`. */
  async function run(day: number, hour: number, knobs: StandInOptions = {}): Promise<string> {
    const before = slack.bodies.length
    const env = {...w.tazuna.envWith(knobs), BOT: token, PUSHGATEWAY_URL: '', SLACK_WEBHOOK_URL: ''}
    const report: Report = await runAt(w, new Date(Date.UTC(2026, 10, 21 + day, hour)), env)
    const [{delivery, reasons, detail} = {delivery: 'none', reasons: [], detail: null}] = report.notifications
    const posted = slack.bodies.slice(before).map(({channel, thread_ts: thread, reply_broadcast: isShown}) => {
      const place = thread === undefined ? `in ${channel}` : `below ${messageOf(thread)} of ${channel}`
      return isShown === true ? `${place} and in the channel` : place
    })
    return [delivery, ...reasons, ...posted, ...(detail === null ? [] : [`(${detail})`])].join(' ')
  }

  expect(await run(0, 9)).toBe('delivered baseline in #ops')
  expect(await run(0, 10)).toBe('nothing-due')
  expect(await run(1, 9)).toBe('delivered reminder below 1 of C0123ABC')

  await render(w, 'debug')
  expect(await run(1, 10)).toBe('delivered entries-changed in #ops')
  expect(await run(2, 10)).toBe('delivered reminder below 3 of C0123ABC and in the channel')
  await render(w, 'info')
  expect(await run(2, 11)).toBe('delivered some-resolved below 3 of C0123ABC')

  slack.delete(3)
  expect(await run(3, 11)).toBe(
    'delivered reminder below 3 of C0123ABC and in the channel ' +
      '(delivered at the top of the channel: the message it belongs to is gone)',
  )
  expect(await run(4, 11)).toBe('delivered reminder below 6 of C0123ABC and in the channel')
  await render(w, 'info', 2)
  expect(await run(4, 12)).toBe('delivered all-resolved below 6 of C0123ABC')

  await render(w, 'info', 3)
  expect(await run(5, 12)).toBe('delivered first-drift in #ops')
  expect(await run(6, 12)).toBe('delivered reminder below 9 of C0123ABC')

  const broken = {stopAt: '^'} as const
  expect(await run(6, 13, broken)).toBe('delivered check-failed in #ops')
  expect(await run(7, 13, broken)).toBe('delivered reminder below 11 of C0123ABC')
  await render(w, 'info', 2)
  expect(await run(7, 14)).toBe('delivered check-recovered all-resolved below 11 of C0123ABC')
})

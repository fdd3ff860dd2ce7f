import {createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {setTimeout as sleep} from 'node:timers/promises'

/** One request as it arrived. */
type ReceivedCall = {method: string; path: string; headers: IncomingHttpHeaders; body: string}

/** What one call gets: an answer after `delay` milliseconds, no answer at all, or a broken connection. */
export type ScriptedAnswer =
  | {status?: number; headers?: Record<string, string>; body?: string; delay?: number}
  | 'hang'
  | 'reset'

export type WebhookReceiver = {
  /** Without a path, no slash at the end: `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly calls: ReceivedCall[]
  close(): Promise<void>
}

/**
 * A real HTTP server on loopback that records every call and answers the nth one with the nth answer; the last answer
 * stays for all further calls. The default is 200 and `ok`, as an incoming webhook of Slack says.
 */
export function startWebhookReceiver(...answers: Script): Promise<WebhookReceiver> {
  return start(answers, () => null)
}

/** The same in place of a Pushgateway: asked for what it holds it has nothing, and that is no call. */
export function startGatewayReceiver(...answers: Script): Promise<WebhookReceiver> {
  return start(answers, ({method, path}) => (method === 'GET' && path === '/api/v1/metrics' ? noGroups : null))
}

type Script = readonly [ScriptedAnswer, ...ScriptedAnswer[]] | readonly []

const noGroups: ScriptedAnswer = {body: '{"status":"success","data":[]}'}

async function start(
  answers: Script,
  unrecorded: (call: ReceivedCall) => ScriptedAnswer | null,
): Promise<WebhookReceiver> {
  const calls: ReceivedCall[] = []
  const server = createServer((request, response) => {
    void take(request).then(call => {
      const aside = unrecorded(call)
      if (aside !== null) return give(response, aside)
      calls.push(call)
      return give(response, answers[Math.min(calls.length, answers.length) - 1] ?? {body: 'ok'})
    })
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async close() {
      const closed = new Promise<void>(resolve => void server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

async function take(request: IncomingMessage): Promise<ReceivedCall> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const {method = '', url = '', headers} = request
  return {method, path: url, headers, body: Buffer.concat(chunks).toString()}
}

async function give(response: ServerResponse, answer: ScriptedAnswer): Promise<void> {
  if (answer === 'hang') return
  if (answer === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  const {status = 200, headers = {}, body = '', delay = 0} = answer
  if (delay > 0) await sleep(delay)
  response.writeHead(status, headers).end(body)
}

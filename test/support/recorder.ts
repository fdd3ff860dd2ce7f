import {createServer, type IncomingHttpHeaders} from 'node:http'
import type {AddressInfo} from 'node:net'

/** One request as it arrived. */
export type RecordedCall = {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type RecordedAnswer = {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly body?: string
}

export type Recorder = AsyncDisposable & {
  /** `127.0.0.1:PORT` */
  readonly host: string
  readonly calls: RecordedCall[]
  /** What every call gets; default 200 and nothing. */
  answer(answer: RecordedAnswer | ((call: RecordedCall) => RecordedAnswer)): void
}

/** A place on loopback where nothing ought to arrive that is not meant for it. Speaks plain HTTP. */
export async function startRecorder(): Promise<Recorder> {
  const calls: RecordedCall[] = []
  let toAnswer: (call: RecordedCall) => RecordedAnswer = nothing
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const {method = '', url = '', headers} = request
      const call = {method, path: url, headers, body: Buffer.concat(chunks).toString()}
      calls.push(call)
      const {status = 200, headers: given = {}, body = ''} = toAnswer(call)
      response.writeHead(status, given).end(body)
    })
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    answer(answer) {
      toAnswer = typeof answer === 'function' ? answer : () => answer
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>(resolve => void server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function nothing(): RecordedAnswer {
  return {}
}

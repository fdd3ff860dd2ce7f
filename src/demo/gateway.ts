import {startServer, type LocalServer} from './receiver.ts'

export type DemoGateway = LocalServer & {
  /** What the last push changed: lines that came, went or have another value. */
  changes(): string[]
}

/** A Pushgateway for one group in memory: PUT replaces it, POST replaces families of the same name. */
export async function startGateway(): Promise<DemoGateway> {
  let group = new Map<string, string>()
  let before = group
  const server = await startServer(({method, body}, response) => {
    if (method === 'GET') {
      // a gateway that knows of nothing yet: what it has is for the reader of the demo
      response.writeHead(200, {'content-type': 'application/json'}).end('{"status":"success","data":[]}')
      return
    }
    const pushed = parseSamples(body)
    before = group
    const families = new Set([...pushed.keys()].map(familyOf))
    const kept = method === 'POST' ? [...group].filter(([series]) => !families.has(familyOf(series))) : []
    group = new Map([...kept, ...pushed])
    response.writeHead(200).end()
  })
  return Object.assign(server, {
    changes() {
      const gone = [...before.keys()].filter(series => !group.has(series)).map(series => `- ${series}`)
      const come = [...group].flatMap(([series, value]) => {
        const old = before.get(series)
        if (old === value) return []
        return [old === undefined ? `+ ${series} ${value}` : `~ ${series} ${old} → ${value}`]
      })
      return [...gone, ...come]
        .filter(line => !/timestamp|duration/.test(line))
        .toSorted((a, b) => compare(a.slice(2), b.slice(2)))
    },
  })
}

function parseSamples(text: string): Map<string, string> {
  const lines = text.split('\n').filter(line => line !== '' && !line.startsWith('#'))
  return new Map(lines.map(line => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]))
}

function familyOf(series: string): string {
  return series.replace(/\{.*$/s, '')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath, pathToFileURL} from 'node:url'

import {describe, expect, it} from 'vitest'

import {withArrivals} from '../scripts/what-arrives.ts'
import {httpClient} from '../src/http.ts'
import {webhookNotifier} from '../src/notify/webhook/webhook.ts'
import {redactor, Secret} from '../src/secret.ts'
import {situations} from './notify/slack/situations.ts'
import {tempDir} from './support/temp-dir.ts'
import {startWebhookReceiver} from './support/webhook-receiver.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...['docs', 'examples/grafana', 'examples/prometheus'].flatMap(folder =>
    readdirSync(join(root, folder)).flatMap(name => (name.endsWith('.md') ? [`${folder}/${name}`] : [])),
  ),
]
const read = (path: string) => readFileSync(join(root, path), 'utf8')

describe('the pages', () => {
  it.each(pages)('%s links only to files that are there, and to headings in them', page => {
    const links = [...read(page).matchAll(/\]\((?!http)([^)#]*)(#[^)]+)?\)/g)].map(([link, target = '', anchor]) => {
      return {link, anchor, path: target === '' ? page : join(dirname(page), target)}
    })
    const lost = links.filter(({path, anchor}) => {
      const isThere = existsSync(join(root, path))
      return !isThere || (anchor !== undefined && !anchorsOf(read(path)).includes(anchor))
    })
    expect(lost).toEqual([])
  })

  it('show what arrives at receivers as the code renders it: run `npm run generate`', () => {
    const page = read('docs/receivers.md')
    expect(withArrivals(page)).toBe(page)
    expect(page.match(/<!-- arrives: /g)).toHaveLength(5)
  })
})

describe('isGenuine of docs/receivers.md', () => {
  const keys = ['first', 'second'].map(word => Buffer.from(word.padEnd(32, '.')).toString('base64'))
  const [secret, next] = keys.map(key => `whsec_${key}`) as [string, string]
  const other = `whsec_${Buffer.alloc(32).toString('base64')}`
  const seconds = 1000

  it('takes a message of ours for genuine, with either secret while one is replaced', async () => {
    const {isGenuine, headers, body} = await received()
    expect([secret, next, other].map(one => isGenuine(headers, body, one))).toEqual([true, true, false])
  })

  it.each([
    ['just young enough', -290, true],
    ['too old', -310, false],
    ['from a clock that is just near enough', 290, true],
    ['from the future', 310, false],
  ])('looks at the time of a message: %s', async (_title, shift, expected) => {
    const {isGenuine, headers, body} = await received(shift * seconds)
    expect(isGenuine(headers, body, secret)).toBe(expected)
  })

  it('refuses a message of which anything was changed', async () => {
    const {isGenuine, headers, body} = await received()
    const later = String(Number(headers['webhook-timestamp']) + 1)
    expect(isGenuine(headers, Buffer.concat([body, Buffer.from(' ')]), secret)).toBe(false)
    expect(isGenuine({...headers, 'webhook-timestamp': later}, body, secret)).toBe(false)
    expect(isGenuine({...headers, 'webhook-id': 'msg_other'}, body, secret)).toBe(false)
  })

  it.each([
    ['of as many characters and more bytes', 'é'.repeat(47)],
    ['of another version', 'v2,'.padEnd(47, 'x')],
    ['that is short', 'v1,'],
    ['that is empty', ''],
    ['that is not there', undefined],
  ])('refuses a signature %s, and does not throw', async (_title, signature) => {
    const {isGenuine, headers, body} = await received()
    expect(isGenuine({...headers, 'webhook-signature': signature}, body, secret)).toBe(false)
  })

  type Headers = Readonly<Record<string, string | readonly string[] | undefined>>
  type Verifier = {isGenuine: (headers: Headers, body: Buffer, secret: string) => boolean}

  /** A message of our notifier as it arrived, sent by a clock that is so wrong, and the function of the page. */
  async function received(shift = 0): Promise<Verifier & {headers: Headers; body: Buffer}> {
    await using dir = await tempDir()
    const [, code = ''] = /```js\n([^]*?)```/.exec(read('docs/receivers.md')) ?? []
    const module = await dir.write('verify.mjs', code)
    const {isGenuine} = (await import(pathToFileURL(module).href)) as Verifier
    const receiver = await startWebhookReceiver()
    const http = httpClient({env: {}})
    try {
      const notifier = webhookNotifier({
        name: 'desk',
        url: new Secret(`${receiver.url}/hook`),
        signingKeys: keys.map(key => new Secret(key)),
        bearerToken: null,
        http,
        redact: redactor([]),
        clock: () => new Date(Date.now() + shift),
      })
      const message = notifier.render(situations['Chinese, Japanese and emoji']!)
      expect(await notifier.send(message, new AbortController().signal)).toMatchObject({ok: true})
      const [call] = receiver.calls
      return {isGenuine, headers: call!.headers, body: Buffer.from(call!.body)}
    } finally {
      await http.close()
      await receiver.close()
    }
  }
})

/** As GitHub makes them. */
function anchorsOf(page: string): string[] {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  return headings.map(
    heading =>
      `#${heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-')}`,
  )
}

import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {describe, expect, it} from 'vitest'

import {withArrivals} from '../scripts/what-arrives.ts'

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

import {existsSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {describe, expect, it} from 'vitest'

const path = fileURLToPath(new URL('../docs/security.md', import.meta.url))
const page = readFileSync(path, 'utf8')

/** Each test that the page names: `[title](file)`. */
const proofs = [...page.matchAll(/\[([^\]]+)\]\(([^)#]+\.test\.ts)\)/g)].map(([, title = '', file = '']) => ({
  title,
  file,
}))

describe('docs/security.md', () => {
  it.each([...new Set(proofs.map(({file}) => file))])('names tests that are in %s', file => {
    const test = join(dirname(path), file)
    expect(existsSync(test)).toBe(true)
    const titles = titlesOf(readFileSync(test, 'utf8'))
    const lost = proofs.filter(proof => proof.file === file && !titles.has(proof.title))
    expect(lost).toEqual([])
  })

  it('names a test in each line that says what is checked', () => {
    const sections = page.split(/^##+ /m).filter(section => /^\| .*\bproof \|$/m.test(section))
    const rows = sections.flatMap(section => section.split('\n').filter(line => /^\| (?!what \|)/.test(line)))
    expect(rows.filter(row => !row.includes('.test.ts)'))).toEqual([])
    expect(rows.length).toBeGreaterThan(60)
    expect(sections).toHaveLength(12)
  })
})

/** What `it`, also with a table before it, calls the tests of a file. A comment or another text is no title. */
function titlesOf(source: string): Set<string> {
  const quoted = /(?<=(?:\bit(?:\.\w+)*|[\])])\(\s*)(?:'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`)\s*,/g
  return new Set([...source.matchAll(quoted)].map(([, single, template]) => (single ?? template!).replaceAll('\\', '')))
}

import {readFile} from 'node:fs/promises'

import {expect, it} from 'vitest'

import {schemas} from '../../scripts/schemas.ts'

it.each(Object.entries(schemas()))('schema/%s is what the code says: run `npm run generate`', async (file, text) => {
  expect(await readFile(new URL(`../../schema/${file}`, import.meta.url), 'utf8')).toBe(text)
})

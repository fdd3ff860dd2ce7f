import {mkdir, readFile, writeFile} from 'node:fs/promises'

import {withGauges} from './gauge-table.ts'
import {withTables} from './readme.ts'
import {schemas} from './schemas.ts'

/** Writes what is made from the code: the JSON Schemas, and the tables of the README. Tests compare them with the code. */
await mkdir('schema', {recursive: true})
for (const [file, text] of Object.entries(schemas())) await writeFile(`schema/${file}`, text)
await writeFile('README.md', withGauges(withTables(await readFile('README.md', 'utf8'))))

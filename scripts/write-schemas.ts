import {mkdir, writeFile} from 'node:fs/promises'

import {schemas} from './schemas.ts'

/** Writes the JSON Schemas that ship with the package; a test compares them with the code. */
await mkdir('schema', {recursive: true})
for (const [file, text] of Object.entries(schemas())) await writeFile(`schema/${file}`, text)

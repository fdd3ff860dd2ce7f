import {mkdir, readFile, writeFile} from 'node:fs/promises'

import {withGauges} from './gauge-table.ts'
import {prometheusRule} from './prometheus-rule.ts'
import {withTables} from './readme.ts'
import {schemas} from './schemas.ts'
import {withArrivals} from './what-arrives.ts'

/**
 * Writes what is made from the code: the JSON Schemas, and the tables of the README, what arrives at receivers; and
 * from the Prometheus rules what the operator takes. Tests compare them.
 */
await mkdir('schema', {recursive: true})
for (const [file, text] of Object.entries(schemas())) await writeFile(`schema/${file}`, text)
await writeFile('README.md', withGauges(withTables(await readFile('README.md', 'utf8'))))

await writeFile('docs/receivers.md', withArrivals(await readFile('docs/receivers.md', 'utf8')))

const rules = await readFile('examples/prometheus/rules.yaml', 'utf8')
await writeFile('examples/prometheus/prometheus-rule.yaml', prometheusRule(rules))

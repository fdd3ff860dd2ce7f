import {cpus} from 'node:os'

import {largeWatch} from './large-watch.ts'
import {parseRows} from './parse.ts'
import {pull} from './pull.ts'
import {wholeProcess} from './whole-process.ts'

/**
 * Measures ours against others in one run and prints ratios: `npm run bench`, or `npm run bench -- parse` for one row.
 * Nothing here judges: the goals stand beside the figures.
 */
const rows = {process: wholeProcess, parse: parseRows, pull, large: largeWatch}

const asked = process.argv.slice(2)
console.log(`Node ${process.versions.node}, ${cpus().length} cores`)
for (const [name, measure] of Object.entries(rows)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  console.log(`\n${(await measure()).join('\n')}`)
}

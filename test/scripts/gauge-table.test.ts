import {readFile} from 'node:fs/promises'

import {expect, it} from 'vitest'

import {withGauges} from '../../scripts/gauge-table.ts'

it('the README has the gauges of the code: run `npm run generate`', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  expect(withGauges(readme)).toBe(readme)
  expect(readme).toContain('\n| `tazuna_watch_manifest_drift` | `manifest` | Whether this Manifest has drifted. |\n')
})

import fc from 'fast-check'

import type {Report} from '../../src/model/report.ts'
import {buildReport} from '../support/report-builder.ts'

const signs = String.raw`
  | \ \| \\| <!-- --> <b> </code> </details> </summary> <script> _ ** --- ~~~ &lt; &#124; $ :fire: 😀 %0A mark word
  [x](http://evil.test) ![x](http://evil.test) www.evil.test @ops #12 GH-12
  ::error:: ::stop-commands::t ##[error] ##[stop-commands]t
`
const ticks = [1, 2, 3, 4].map(count => '`'.repeat(count))
const blanks = ['\n', '\r', '\r\n', '\n\n', '\t', ' ', '  ', '\u0085', '\u2028', '\u00A0']
const others = ['\0', '\u001B[31m', '\u202E', '* ', '# ', '> ', '1. ', '| a |', ' ::add-mask::']
const pieces = [...signs.trim().split(/\s+/), ...ticks, ...blanks, ...others]

/** Texts of what means something to markdown, to a terminal, or to the runner of GitHub Actions. */
export const hostileText: fc.Arbitrary<string> = fc
  .array(fc.oneof({weight: 6, arbitrary: fc.constantFrom(...pieces)}, fc.string({unit: 'binary', maxLength: 3})), {
    maxLength: 10,
  })
  .map(texts => texts.join(''))

export type HostileReport = {readonly report: Report; readonly manifests: number}

/** Reports with such texts wherever one can come from outside; few Manifests, or so many that they are folded. */
export const hostileReport: fc.Arbitrary<HostileReport> = fc
  .record({
    text: fc.array(hostileText, {minLength: 14, maxLength: 14}),
    manifests: fc.constantFrom(2, 12),
    dryRun: fc.boolean(),
  })
  .map(({text, manifests, dryRun}) => ({manifests, report: toReport(text, manifests, dryRun)}))

/** Each Manifest has two rows; one more has an error. */
function toReport(text: readonly string[], manifests: number, dryRun: boolean): Report {
  const at = (index: number) => text[index]!
  const delivery = {type: 'slack', role: 'notifier', reasons: ['baseline'], pending: 0, attempts: 0} as const
  const drifted = Array.from({length: manifests}, (_, index) => ({
    name: `${at(index % 4)}${index}`,
    gitCommit: at(4),
    rows: [
      {type: 'removed' as const, resource: 'raw', stateKey: `${at(5)}${index}`},
      {
        type: 'modified' as const,
        resource: `/v1/X/${at(6).replaceAll('/', ':')}/y`,
        firstSeenAt: '2026-11-01T09:00:00Z',
      },
    ],
  }))
  return buildReport([...drifted, {name: at(7), outcome: 'error', error: at(8)}], {
    cluster: at(9),
    watch: at(10),
    error: {code: 'TAZUNA_FAILED', message: at(11), hint: `look at \`a\` ${at(12)}`},
    warnings: [{code: 'W', message: at(13)}],
    notifications: [
      {...delivery, name: at(0), delivery: 'failed', reasons: [], detail: at(1)},
      {
        ...delivery,
        name: at(2),
        reasons: [],
        delivery: dryRun ? 'dry-run' : 'delivered',
        detail: null,
        ...(dryRun && {payload: at(3)}),
      },
    ],
  })
}

import {gauges} from '../src/metrics/gauges.ts'

const mark = '<!-- gauges: made from src/metrics/gauges.ts -->\n'

/** The README with its table of gauges as the code has them. */
export function withGauges(readme: string): string {
  const [before, after] = readme.split(mark)
  if (after === undefined) throw new Error(`the README has no ${mark.trim()}`)
  const rows = Object.entries(gauges).map(
    ([name, {help, labels}]) => `| \`${name}\` | ${labels.map(label => `\`${label}\``).join(', ') || '–'} | ${help} |`,
  )
  return `${before}${mark}${['| gauge | labels | |', '|---|---|---|', ...rows].join('\n')}\n${after.replace(/^(?:\|.*\n)*/, '')}`
}

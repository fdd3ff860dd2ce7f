/** All samples of one gauge. */
export type Family = {readonly name: string; readonly help: string; readonly samples: readonly Sample[]}

/** Times are Unix seconds. */
type Sample = {readonly labels: Labels; readonly value: number}

export type Labels = Readonly<Record<string, string>>

/**
 * Prometheus text format 0.0.4: families and labels sorted by name, samples in the order given. A family without
 * samples is left out. `constant` labels stand on every sample.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
 */
export function renderExposition(families: readonly Family[], constant: Labels = {}): string {
  return families
    .filter(({samples}) => samples.length > 0)
    .toSorted((a, b) => compare(a.name, b.name))
    .map(family => renderFamily(family, constant))
    .join('')
}

function renderFamily({name, help, samples}: Family, constant: Labels): string {
  const lines = samples.map(
    ({labels, value}) => `${name}${renderLabels({...constant, ...labels})} ${renderValue(value)}\n`,
  )
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} gauge\n${lines.join('')}`
}

function renderLabels(labels: Labels): string {
  const pairs = Object.entries(labels)
    .toSorted(([a], [b]) => compare(a, b))
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** A label's value as it stands between its quotes. */
export function escapeLabel(value: string): string {
  return escapeHelp(value).replaceAll('"', String.raw`\"`)
}

function escapeHelp(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('\n', String.raw`\n`)
}

/** As Go's strconv.ParseFloat reads it. */
function renderValue(value: number): string {
  if (Number.isFinite(value) || Number.isNaN(value)) return String(value)
  return value > 0 ? '+Inf' : '-Inf'
}

/** By code unit: the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

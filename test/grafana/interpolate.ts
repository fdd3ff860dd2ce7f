/** What is chosen of a variable: values, or all, which stands for this text as it is. */
export type Choice = readonly string[] | {readonly all: string}

/**
 * A text as Grafana sends it to Prometheus: `$name`, `${name}` and `${name:pipe}` replaced, values escaped for a regular
 * expression and joined by `|`; `pipe` does not escape. What is no variable stays.
 * https://grafana.com/docs/grafana/latest/visualizations/dashboards/variables/variable-syntax/
 */
export function interpolate(text: string, choices: Readonly<Record<string, Choice>>): string {
  return text.replaceAll(
    /\$(?:(\w+)|\{(\w+)(?::(\w+))?\})/g,
    (whole, bare?: string, braced?: string, format?: string) => {
      const choice = choices[bare ?? braced ?? '']
      if (choice === undefined) return whole
      if ('all' in choice) return choice.all
      if (format === 'pipe') return choice.join('|')
      if (format !== undefined) throw new Error(`${whole}: no format that these tests know`)
      const escaped = choice.map(escapeForPrometheus)
      return escaped.length === 1 ? escaped[0]! : `(${escaped.join('|')})`
    },
  )
}

/** Twice escaped: for the regular expression and for the string in PromQL. */
function escapeForPrometheus(value: string): string {
  return value.replaceAll('\\', String.raw`\\\\`).replaceAll(/[$^*{}[\]'+?.()|]/g, String.raw`\\$&`)
}

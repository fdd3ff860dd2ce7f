/**
 * A line that the runner of GitHub Actions acts on. Nothing in the values can end it or begin another one.
 * https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 */
export function workflowCommand(name: string, properties: Readonly<Record<string, string>>, data: string): string {
  const pairs = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`)
  return `::${name}${pairs.length === 0 ? '' : ` ${pairs.join(',')}`}::${escapeData(data)}\n`
}

/** The percent sign first: the others bring new ones. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

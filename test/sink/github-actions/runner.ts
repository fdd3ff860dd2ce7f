/** A command that the runner of GitHub Actions found in what a step printed. */
export type FoundCommand = {readonly name: string; readonly properties: Record<string, string>; readonly data: string}

const known = [
  'stop-commands',
  'set-env',
  'set-output',
  'save-state',
  'add-path',
  'add-mask',
  'add-matcher',
  'remove-matcher',
  'debug',
  'error',
  'warning',
  'notice',
  'group',
  'endgroup',
  'echo',
]

/**
 * What the runner does with the text of one stream, line by line, as its source has it; a stopped runner only waits for
 * its token. `rest` are the lines that stay in the log.
 * https://github.com/actions/runner/blob/258d6c857db3519913f7deb6004b60172f8043ae/src/Runner.Common/ActionCommand.cs
 * and src/Runner.Worker/ActionCommandManager.cs
 */
export function runnerReads(text: string): {commands: FoundCommand[]; rest: string[]; isStopped: boolean} {
  const registered = new Set(known)
  const commands: FoundCommand[] = []
  const rest: string[] = []
  let token: string | null = null
  for (const line of text.split(/\r\n|\r|\n/)) {
    const command = parseV2(line, registered) ?? parseV1(line, registered)
    if (command === null || (token !== null && command.name !== token)) {
      rest.push(line)
    } else if (token !== null) {
      registered.delete(token)
      token = null
    } else if (command.name === 'stop-commands') {
      token = command.data.toLowerCase()
      if (registered.has(token) || token === '') throw new Error(`stop-commands with the token ${token}`)
      registered.add(token)
    } else {
      commands.push(command)
    }
  }
  return {commands, rest, isStopped: token !== null}
}

/** `TrimStart` of .NET takes all white space of Unicode. */
function parseV2(line: string, registered: ReadonlySet<string>): FoundCommand | null {
  const message = line.replace(/^[\s\u0085]+/, '')
  const end = message.indexOf('::', 2)
  if (!message.startsWith('::') || end < 0) return null
  return toCommand(message.slice(2, end), ',', message.slice(end + 2), registered)
}

function parseV1(line: string, registered: ReadonlySet<string>): FoundCommand | null {
  const start = line.indexOf('##[')
  const end = line.indexOf(']', start)
  if (start < 0 || end < 0) return null
  return toCommand(line.slice(start + 3, end), ';', line.slice(end + 1), registered)
}

function toCommand(
  info: string,
  separator: string,
  data: string,
  registered: ReadonlySet<string>,
): FoundCommand | null {
  const [word = ''] = info.split(' ', 1)
  const name = word.toLowerCase()
  if (!registered.has(name)) return null
  const pairs = info
    .slice(word.length)
    .trim()
    .split(separator)
    .filter(pair => pair.includes('='))
  const properties = pairs.map(pair => [pair.slice(0, pair.indexOf('=')), unescape(pair.slice(pair.indexOf('=') + 1))])
  return {name, properties: Object.fromEntries(properties) as Record<string, string>, data: unescape(data)}
}

function unescape(text: string): string {
  const characters = {'%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%25': '%'}
  return Object.entries(characters).reduce((result, [code, character]) => result.replaceAll(code, character), text)
}

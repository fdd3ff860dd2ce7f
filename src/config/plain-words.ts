import type {z} from 'zod'

/**
 * What is wrong with a value, for people, where the schema does not say it itself: the library's words are for
 * programmers. The value is never in it, since it may be a secret.
 */
export function plainWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'missing' : wrongType(issue.expected, issue.input)
    case 'invalid_value':
      return `write ${listed(issue.values.map(String))}`
    case 'too_small':
      if (issue.minimum !== 1) return `write at least ${counted(issue.minimum, issue.origin)}`
      return issue.origin === 'array' ? 'the list is empty' : 'it is empty'
    case 'too_big':
      return `write at most ${counted(issue.maximum, issue.origin)}`
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return 'this key takes another value'
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
}

function wrongType(expected: string, input: unknown): string {
  const wanted = kinds[expected] ?? 'another value'
  if (input === null) return `nothing stands there; write ${wanted}`
  const kind = Array.isArray(input) ? 'array' : typeof input
  const isUnquoted = expected === 'string' && (kind === 'number' || kind === 'boolean')
  return `write ${wanted}, not ${kinds[kind] ?? 'this'}${isUnquoted ? ': put it in quotes' : ''}`
}

/** `a`, `a or b`, `a, b or c` */
function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

function counted(count: number | bigint, origin: string): string {
  const noun = origin === 'string' ? ' character' : origin === 'array' ? ' item' : ''
  return noun === '' ? String(count) : `${count}${noun}${count === 1 ? '' : 's'}`
}

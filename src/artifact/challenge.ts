/** One way to log in that a server offers. */
export type Challenge = {
  /** Lower case. */
  readonly scheme: string
  /** Names in lower case; of two equal ones the first. */
  readonly params: ReadonlyMap<string, string>
  readonly token68: string | null
}

/**
 * Reads the values of `WWW-Authenticate`: several headers, each with several challenges. What is not understood is passed
 * over, so that a strange challenge does not hide the next. https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function parseChallenges(header: string | readonly string[] | undefined): Challenge[] {
  const values = header === undefined ? [] : typeof header === 'string' ? [header] : header
  return values.flatMap(value => parseValue(value))
}

function parseValue(text: string): Challenge[] {
  const challenges: {scheme: string; params: Map<string, string>; token68: string | null}[] = []
  let at = 0
  while (at < text.length) {
    const name = runOf(isTokenCharacter, text, at)
    if (name === '') {
      at = text[at] === '"' ? readValue(text, at).end : at + 1
      continue
    }
    at += name.length
    const equals = at + runOf(isSpace, text, at).length
    if (text[equals] === '=') {
      const value = readValue(text, equals + 1)
      const params = challenges.at(-1)?.params
      if (params?.has(name.toLowerCase()) === false) params.set(name.toLowerCase(), value.text)
      at = value.end
    } else {
      const token68 = readToken68(text, equals)
      challenges.push({scheme: name.toLowerCase(), params: new Map(), token68: token68 === '' ? null : token68})
      at = equals + token68.length
    }
  }
  return challenges
}

/** A token or a quoted string, of which the closing quote may be missing. */
function readValue(text: string, from: number): {text: string; end: number} {
  const start = from + runOf(isSpace, text, from).length
  if (text[start] !== '"') {
    const token = runOf(isTokenCharacter, text, start)
    return {text: token, end: start + token.length}
  }
  let value = ''
  let at = start + 1
  while (at < text.length && text[at] !== '"') {
    if (text[at] === '\\' && at + 1 < text.length) at += 1
    value += text[at]
    at += 1
  }
  return {text: value, end: at + 1}
}

/** What a scheme may have instead of parameters; empty when what follows is no such thing. */
function readToken68(text: string, from: number): string {
  const body = runOf(isToken68Character, text, from)
  const padding = runOf(character => character === '=', text, from + body.length)
  const end = from + body.length + padding.length
  const next = text[end + runOf(isSpace, text, end).length]
  return body !== '' && (next === undefined || next === ',') ? body + padding : ''
}

function runOf(belongs: (character: string) => boolean, text: string, from: number): string {
  let end = from
  while (end < text.length && belongs(text[end]!)) end += 1
  return text.slice(from, end)
}

function isSpace(character: string): boolean {
  return character === ' ' || character === '\t'
}

function isTokenCharacter(character: string): boolean {
  return isAlphanumeric(character) || "!#$%&'*+-.^_`|~".includes(character)
}

function isToken68Character(character: string): boolean {
  return isAlphanumeric(character) || '-._~+/'.includes(character)
}

function isAlphanumeric(character: string): boolean {
  return (
    (character >= 'a' && character <= 'z') ||
    (character >= 'A' && character <= 'Z') ||
    (character >= '0' && character <= '9')
  )
}

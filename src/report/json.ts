import {disarmJson} from './disarm.ts'

/** A document as JSON, indented by two, with a newline at its end. */
export function renderJson(document: object): string {
  return [...jsonPieces(document)].join('')
}

/**
 * The same in pieces of about a million characters: a report of a million entries is longer than one string can be.
 */
export function* jsonPieces(document: object): Generator<string> {
  let piece = ''
  for (const part of parts(document)) {
    piece += part
    if (piece.length < 1_000_000) continue
    yield disarmJson(piece)
    piece = ''
  }
  yield disarmJson(piece)
}

function* parts(document: object): Generator<string> {
  const entries = Object.entries(document).filter(([, value]) => value !== undefined)
  yield '{'
  for (const [index, [key, value]] of entries.entries()) {
    yield `${index === 0 ? '' : ','}\n  ${JSON.stringify(key)}: `
    if (Array.isArray(value) && value.length > 0) yield* items(value)
    else yield indented(value, '  ')
  }
  yield entries.length === 0 ? '}\n' : '\n}\n'
}

function* items(values: readonly unknown[]): Generator<string> {
  for (const [index, value] of values.entries()) yield `${index === 0 ? '[' : ','}\n    ${indented(value, '    ')}`
  yield '\n  ]'
}

function indented(value: unknown, indent: string): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`)
}

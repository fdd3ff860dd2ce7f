import {expect, it} from 'vitest'

import {runnerReads} from './runner.ts'

it.each([
  ['at the beginning of a line', '::error::x', ['error']],
  ['behind white space', ' \t\u00A0\u0085::error::x', ['error']],
  ['in any case', '::ERROR::x', ['error']],
  ['with properties', '::error title=a%3Ab,file=c::x', ['error']],
  ['of the old form anywhere', 'see ##[error]x', ['error']],
  ['after a lone carriage return', 'a\r::error::x', ['error']],
  ['not behind a word', 'see ::error::x', []],
  ['not when nobody knows it', '::nothing::x', []],
  ['not without its end', '::error', []],
  ['not while it is stopped', '::stop-commands::t\n::error::x\n##[error]x', []],
  ['again after the token', '::stop-commands::T\n::error::x\n::t::\n::notice::y', ['notice']],
])('the runner of the tests finds a command %s', (_where, text, names) => {
  expect(runnerReads(text).commands.map(({name}) => name)).toEqual(names)
})

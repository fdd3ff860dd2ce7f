import {describe, expect, it} from 'vitest'

import {quotedOutput} from '../../../src/sink/github-actions/quoted-output.ts'
import {runnerReads} from './runner.ts'

function scene() {
  let text = ''
  let tokens = 0
  const output = {
    write(more: string) {
      text += more
      return Promise.resolve()
    },
  }
  const quoted = quotedOutput(output, () => `token-${(tokens += 1)}`)
  return {output, quoted, text: () => text}
}

describe('quotedOutput', () => {
  it('stops commands around what is written in one go', async () => {
    const {quoted, text} = scene()
    void quoted.write('a\n')
    await quoted.write('::error::b\n')
    expect(text()).toBe('::stop-commands::token-1\na\n::error::b\n::token-1::\n')
  })

  it('uses another token each time: the first can be read in the log', async () => {
    const {quoted, text} = scene()
    await quoted.write('a\n')
    await quoted.write('b\n')
    expect(text()).toBe('::stop-commands::token-1\na\n::token-1::\n::stop-commands::token-2\nb\n::token-2::\n')
  })

  it('lets no command through, and those that are meant afterwards', async () => {
    const {output, quoted, text} = scene()
    await quoted.write('::add-mask::a\n##[error]b\n::stop-commands::x\n::token-2::\n')
    await output.write('::notice::ours\n')
    await quoted.write('::token-1::\n::error::c\n')
    const {commands, isStopped} = runnerReads(text())
    expect({commands, isStopped}).toEqual({
      commands: [{name: 'notice', properties: {}, data: 'ours'}],
      isStopped: false,
    })
  })

  it('writes nothing where nothing is written', async () => {
    const {text} = scene()
    await Promise.resolve()
    expect(text()).toBe('')
  })
})

import {describe, expect, it} from 'vitest'

import {isSaidByReport} from '../../src/commands/print-report.ts'

const output = (isTTY: boolean) => ({isTTY, write: () => Promise.resolve(), columns: 80})

describe('isSaidByReport', () => {
  it.each([
    ['text on a terminal', 'text', true, true, true],
    ['text in a log that gets both, as of a CronJob', 'text', false, false, true],
    ['text in a file, with a person at the terminal', 'text', false, true, false],
    ['text on a terminal, with a file for the log', 'text', true, false, false],
    ['JSON on a terminal', 'json', true, true, false],
    ['JSON in a log', 'json', false, false, false],
    ['markdown in a log', 'markdown', false, false, false],
  ] as const)('knows of %s', (_title, format, stdout, stderr, said) => {
    expect(isSaidByReport({format}, {stdout: output(stdout), stderr: output(stderr)})).toBe(said)
  })
})

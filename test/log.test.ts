import {describe, expect, it} from 'vitest'

import {openLog, type LogFlags} from '../src/log.ts'
import {Secret, redactor} from '../src/secret.ts'

function logged(flags: LogFlags): string[] {
  const lines: string[] = []
  const log = openLog({
    ...flags,
    write: text => lines.push(text),
    clock: () => new Date('2026-11-21T09:00:00.123Z'),
    redact: redactor([new Secret('geheim')]),
  })
  log.info('STAGE', 'pulling with geheim')
  log.warning('CLOCK_SKEW', 'a warning of geheim')
  log.error({code: 'CONFIG_INVALID', message: 'two problems\nc.yaml:1:1 geheim\nc.yaml:2:1 b', hint: 'hide geheim'})
  return lines
}

describe('the log', () => {
  it('is text of two lines for an error', () => {
    expect(logged({})).toEqual([
      'warning: a warning of [redacted] (CLOCK_SKEW)\n',
      'error: two problems (CONFIG_INVALID)\nc.yaml:1:1 [redacted]\nc.yaml:2:1 b\nhint: hide [redacted]\n',
    ])
  })

  it('tells what goes on when verbose', () => {
    expect(logged({verbose: true})[0]).toBe('info: pulling with [redacted]\n')
  })

  it('is one JSON object per line, with all keys', () => {
    const time = '2026-11-21T09:00:00.123Z'
    const lines = logged({logFormat: 'json', verbose: true})
    expect(lines.every(line => line.indexOf('\n') === line.length - 1)).toBe(true)
    expect(lines.map(line => JSON.parse(line) as unknown)).toEqual([
      {time, level: 'info', code: 'STAGE', message: 'pulling with [redacted]', hint: null},
      {time, level: 'warning', code: 'CLOCK_SKEW', message: 'a warning of [redacted]', hint: null},
      {
        time,
        level: 'error',
        code: 'CONFIG_INVALID',
        message: 'two problems\nc.yaml:1:1 [redacted]\nc.yaml:2:1 b',
        hint: 'hide [redacted]',
      },
    ])
  })
})

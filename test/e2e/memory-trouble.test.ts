import {readFile, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'

import {describe, expect, it} from 'vitest'

import {reportOf} from '../support/cli.ts'
import {world} from '../support/world.ts'

describe('a memory that cannot be used', () => {
  it('makes one digest a run with a warning, ends with 73, and is never overwritten', async () => {
    await using w = await world({memory: true})
    const file = join(w.dir.path, 'memory.json')
    await writeFile(file, '{"schema": "tazuna-watch/memory/v9"}')
    const env = {TAZUNA_WATCH_MEMORY: `file:${file}`}
    for (const messages of [1, 2]) {
      const result = await w.run(['--format', 'json'], {env})
      const report = reportOf(result)
      expect({exitCode: result.exitCode, outcome: report.outcome, error: report.error}).toEqual({
        exitCode: 73,
        outcome: 'drift',
        error: null,
      })
      expect(report.warnings.map(({code}) => code)).toEqual(['MEMORY_UNAVAILABLE'])
      expect(report.notifications[0]).toMatchObject({delivery: 'delivered', reasons: ['baseline']})
      expect(w.webhook.calls).toHaveLength(messages)
      expect(w.webhook.calls.at(-1)?.body).toContain('MEMORY_UNAVAILABLE')
      expect(w.gateway.calls.at(-1)?.body).toContain('tazuna_watch_memory_ok 0')
    }
    expect(await readFile(file, 'utf8')).toBe('{"schema": "tazuna-watch/memory/v9"}')
  })

  it('tells what is due where nothing can be saved, and ends with 73', async () => {
    await using w = await world({memory: true})
    await symlink(join(w.dir.path, 'nowhere'), join(w.dir.path, 'dangling'))
    const env = {TAZUNA_WATCH_MEMORY: 'file:dangling/folder/memory.json'}
    const result = await w.run(['--format', 'json'], {env})
    expect(result.exitCode).toBe(73)
    expect(reportOf(result).warnings).toMatchObject([{code: 'MEMORY_UNAVAILABLE'}])
    expect(w.webhook.calls).toHaveLength(1)
  })
})

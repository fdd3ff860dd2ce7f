import {readdir} from 'node:fs/promises'

import {expect, it} from 'vitest'

import {cli} from '../support/cli.ts'
import {tempDir} from '../support/temp-dir.ts'

it('shows five runs, ends by itself within 10 seconds and leaves nothing behind', async () => {
  await using dir = await tempDir()
  const startedAt = performance.now()
  const {exitCode, stdout, stderr} = await cli(['demo'], {cwd: dir.path, env: {HOME: dir.path, TMPDIR: dir.path}})
  expect(performance.now() - startedAt).toBeLessThan(10_000)
  expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''})
  expect(stdout.match(/^(?:DRIFT|INCOMPLETE|CLEAN)/gm)).toEqual(['DRIFT', 'DRIFT', 'DRIFT', 'INCOMPLETE', 'CLEAN'])
  expect(stdout.match(/^Slack .*/gm)).toEqual([
    'Slack got this message:',
    'Slack heard nothing.',
    'Slack got this message:',
    'Slack heard nothing.',
    'Slack got this message:',
  ])
  expect(stdout.match(/^notifier slack .*/gm)).toEqual([
    'notifier slack  delivered (baseline)',
    'notifier slack  nothing-due',
    'notifier slack  delivered (new-entries)',
    'notifier slack  nothing-due',
    'notifier slack  delivered (all-resolved)',
  ])
  expect(stdout).toContain('~ tazuna_watch_manifest_drift{manifest="web"} 1 → 0')
  expect((await readdir(dir.path)).filter(name => name !== 'node-compile-cache')).toEqual([])
})

it('is not disturbed by settings of the team', async () => {
  await using dir = await tempDir()
  const env = {
    HOME: dir.path,
    TAZUNA_WATCH_CONFIG: 'no.yaml',
    SLACK_WEBHOOK_URL: 'nonsense',
    TAZUNA_BIN: '/no/tazuna',
    https_proxy: 'http://127.0.0.1:1',
  }
  expect((await cli(['demo'], {cwd: dir.path, env})).exitCode).toBe(0)
})

import {readFile} from 'node:fs/promises'
import {join} from 'node:path'

import {expect, it, vi} from 'vitest'

import {readTazuna} from '../../src/tazuna/read.ts'
import {tempDir} from '../support/temp-dir.ts'

/** A tazuna that leaves a child behind; `pid` gets the child's process id. */
const script = (start: string, end: string) => `#!/bin/sh
case "$1 $2" in
"state list") printf 'Manifest: web\\n  No state found\\n\\n' ;;
"state diff") ${start} echo 'No changes detected.'; ${end} ;;
*) echo "tazuna 0.4.4" ;;
esac
`

async function read(text: string, timeout: number) {
  await using dir = await tempDir()
  const command = await dir.write('bin/tazuna', text.replaceAll('PID', join(dir.path, 'pid')), 0o755)
  const reading = await readTazuna({
    command,
    environment: null,
    file: 'tazuna.yaml',
    folder: dir.path,
    env: {PATH: process.env['PATH'] ?? ''},
    timeout,
    signal: AbortSignal.timeout(25_000),
    redact: text => text,
  })
  return {output: reading.outputs[0], pid: Number(await readFile(join(dir.path, 'pid'), 'utf8'))}
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

it('takes a good reading for good although a child in a session of its own holds the pipe', async () => {
  const {output, pid} = await read(
    script('setsid sh -c "echo \\$\\$ > PID; exec sleep 20" & sleep 0.3;', 'exit 0'),
    20_000,
  )
  if (isRunning(pid)) process.kill(pid, 'SIGKILL')
  expect(output).toMatchObject({exitCode: 0, failure: null})
})

it('kills a child that ignores TERM and holds no pipe, once its parent is gone', async () => {
  const {output, pid} = await read(
    script(`sh -c 'trap "" TERM; echo $$ > PID; while :; do sleep 1; done' >/dev/null 2>&1 & sleep 0.3;`, 'sleep 60'),
    1_500,
  )
  expect(output?.failure?.code).toBe('TAZUNA_TIMED_OUT')
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), {timeout: 2_000})
})

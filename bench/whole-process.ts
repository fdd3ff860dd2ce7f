import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

import {figure, hasCommand, inTurn, peakMemory} from './measure.ts'

const rounds = 21
const dist = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

/**
 * The whole job with a local source and four rows, against the documentation's shell prototype plus one push. The
 * prototype remembers nothing, and so does ours beside it. A memory in a file saves asking the gateway since when there
 * is drift, and costs a load and two saves: what was decided, and who was told.
 */
export async function wholeProcess(): Promise<string[]> {
  const missing = ['bash', 'grep', 'jq', 'curl'].filter(name => !hasCommand(name))
  if (missing.length > 0) return [`whole process: left out, install ${missing.join(', ')}`]
  const folder = await mkdtemp(join(tmpdir(), 'tw-bench-'))
  const server = createServer((request, response) => {
    const answer = request.method === 'GET' ? '{"status":"success","data":[]}' : 'ok'
    request.resume().on('end', () => response.end(answer))
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    const bin = await writeTazuna(folder)
    await writeFile(join(folder, 'prototype.sh'), prototype(url))
    await writeFile(join(folder, 'tazuna-watch.yaml'), config(url))
    await mkdir(join(folder, 'source'))
    await writeFile(join(folder, 'source', 'tazuna.yaml'), '')
    const env = {
      PATH: `${bin}:${process.env['PATH']}`,
      HOME: folder,
      HOOK: `${url}/hook`,
      NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
    }
    const oursWith = (memory: string) => ({
      file: process.execPath,
      args: [dist],
      env: {...env, TAZUNA_WATCH_MEMORY: memory},
      cwd: folder,
    })
    const ours = oursWith('none')
    const commands = {
      ours,
      'file memory': oursWith(`file:${join(folder, 'memory.json')}`),
      prototype: {file: 'bash', args: ['prototype.sh'], env, cwd: folder},
      'bare Node': {file: process.execPath, args: ['-e', '0'], env, cwd: folder},
    }
    const times = await inTurn(commands, rounds)
    const peak = await peakMemory(ours)
    return [
      `whole process, local source, 4 rows, Slack and Pushgateway on loopback, medians of ${rounds}`,
      `  ours       ${figure(times['ours']!)} ms, peak ${figure(peak)} MiB (goal 80)`,
      `  prototype  ${figure(times['prototype']!)} ms (bash, grep, jq, curl)`,
      `  bare Node  ${figure(times['bare Node']!)} ms`,
      `  ratio      ${figure(times['ours']! / times['prototype']!, 2)} × the prototype (goal 3, aim 2.5)`,
      `  a memory   ${figure(times['file memory']! - times['ours']!)} ms more in a file than none (goal 10)`,
    ]
  } finally {
    server.closeAllConnections()
    server.close()
    await rm(folder, {recursive: true, force: true})
  }
}

const hash = (digit: string) => digit.repeat(64)
const pad = (status: string, resource: string, text: string) => `  ${status.padEnd(14)} ${resource.padEnd(60)} ${text}`

async function writeTazuna(folder: string): Promise<string> {
  const list = [
    'Manifest: web',
    '  Last synced: 2026-11-19T22:01:00Z',
    `  ${'RESOURCE'.padEnd(60)} HASH`,
    `  ${'/v1/ConfigMap/web/conf'.padEnd(60)} ${hash('1')}`,
    `  ${'/v1/ConfigMap/web/old'.padEnd(60)} ${hash('2')}`,
    '',
    '',
  ]
  const diff = [
    'Manifest: web',
    pad('STATUS', 'RESOURCE', 'HASH'),
    pad('added', 'apps/v1/Deployment/web/nginx', hash('3')),
    pad('modified', '/v1/ConfigMap/web/conf', hash('4')),
    pad('removed', '/v1/ConfigMap/web/old', `(was: ${hash('2')})`),
    pad('always-sync', '/v1/Secret/web/secret', hash('5')),
    '',
    '',
  ]
  await writeFile(join(folder, 'list.txt'), list.join('\n'))
  await writeFile(join(folder, 'diff.txt'), diff.join('\n'))
  const bin = join(folder, 'bin')
  await mkdir(bin)
  const script = `#!/bin/sh
case "$1 $2" in
"state list") exec cat ${folder}/list.txt ;;
"state diff") exec cat ${folder}/diff.txt ;;
*) echo "tazuna 0.4.4 (commit x, built y, linux/amd64)" ;;
esac
`
  await writeFile(join(bin, 'tazuna'), script, {mode: 0o755})
  return bin
}

function prototype(url: string): string {
  return `set -u
cd source
if ! tazuna state diff -f tazuna.yaml | tee ../out.txt | grep -q "No changes detected."; then
  jq -Rs '{text: .}' ../out.txt | curl -sS -o ../answer.txt -X POST -H 'Content-Type: application/json' --data-binary @- "$HOOK"
fi
printf '# TYPE drift gauge\\ndrift 1\\n' | curl -sS -o ../answer.txt --data-binary @- ${url}/metrics/job/drift
`
}

function config(url: string): string {
  return `apiVersion: tazuna-watch/v1
cluster: bench
source: {path: source}
notifiers:
  - type: slack
    webhookUrl: {env: HOOK}
    # so that each run tells, also one that remembers
    remindAfter: 1s
metrics:
  pushgateway: {url: "${url}"}
`
}

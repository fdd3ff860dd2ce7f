import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {cp, mkdir, readFile, symlink, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {text} from 'node:stream/consumers'
import {fileURLToPath} from 'node:url'

import {describe, expect, it} from 'vitest'

import {tempDir} from './support/temp-dir.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const guide = await readFile(join(root, 'CONTRIBUTING.md'), 'utf8')

/** Each block of the guide that has the name of a file above it. */
const files = [...guide.matchAll(/^\*\*`([^`]+)`\*\*\n\n```(\w+)\n(.*?)^```$/gms)].map(
  ([, path = '', language = '', content = '']) => ({path, language, content}),
)

describe('the worked example of CONTRIBUTING', () => {
  it('is a new folder, a change of one existing file, and a test', () => {
    expect(files.map(({path, language}) => [path, language])).toEqual([
      ['src/notify/ntfy/config.ts', 'ts'],
      ['src/notify/ntfy/message.ts', 'ts'],
      ['src/notify/ntfy/ntfy.ts', 'ts'],
      ['src/notify/registry.ts', 'diff'],
      ['test/notify/ntfy/ntfy.test.ts', 'ts'],
    ])
  })

  it('compiles, is formatted, and keeps the contract of every notifier', {timeout: 120_000}, async () => {
    await using dir = await copyWithExample()
    const run = (...words: string[]) => runIn(dir.path, words)
    expect(await run('tsc', '--noEmit')).toEqual({code: 0, said: ''})
    expect(await run('oxfmt', '--check', ...files.map(({path}) => path))).toMatchObject({code: 0})
    const tested = await run('vitest', 'run', 'test/notify/ntfy')
    expect(tested, tested.said).toMatchObject({code: 0, said: expect.stringContaining('1 passed')})
  })
})

/** The sources with the example in them. */
async function copyWithExample(): ReturnType<typeof tempDir> {
  const dir = await tempDir()
  for (const name of ['src', 'test/support', 'test/notify/notifier-contract.ts', 'tsconfig.json', 'package.json']) {
    await cp(join(root, name), join(dir.path, name), {recursive: true})
  }
  for (const name of ['.oxfmtrc.json', 'vitest.config.ts']) await cp(join(root, name), join(dir.path, name))
  await symlink(join(root, 'node_modules'), join(dir.path, 'node_modules'))
  for (const {path, language, content} of files) {
    const target = join(dir.path, path)
    await mkdir(dirname(target), {recursive: true})
    await writeFile(target, language === 'diff' ? patched(await readFile(target, 'utf8'), content) : content)
  }
  return dir
}

/** A text with a change in it; each hunk must fit in exactly one place. Which kinds there are by now does not matter. */
function patched(before: string, guide: string): string {
  const kinds = /const kinds = \[(.*)\]/.exec(before)?.[1] ?? ''
  const diff = guide.replaceAll('slackConfig, webhookConfig', kinds)
  return diff.split(/^@@\n/m).reduce((result, hunk) => {
    const lines = hunk.trimEnd().split('\n')
    const side = (drop: string) => lines.filter(line => line[0] !== drop).map(line => line.slice(1))
    const [old, next] = [side('+').join('\n'), side('-').join('\n')]
    expect(result.split(old), `places of ${old}`).toHaveLength(2)
    return result.replace(old, () => next)
  }, before)
}

async function runIn(cwd: string, [command = '', ...args]: readonly string[]): Promise<{code: number; said: string}> {
  const env = {...process.env, CI: '', PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`}
  const child = spawn(command, args, {cwd, env, stdio: ['ignore', 'pipe', 'pipe']})
  const ended = once(child, 'close')
  const said = (await Promise.all([text(child.stdout), text(child.stderr)])).join('')
  const [code] = (await ended) as [number]
  return {code, said}
}

import {execFile} from 'node:child_process'
import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'

import {describe, expect, it} from 'vitest'

import {cli} from '../support/cli.ts'
import {requireExecutable} from '../support/executables.ts'
import {tempDir} from '../support/temp-dir.ts'

const bashPath = requireExecutable('bash', 'apt-get install bash')
const commands = [
  'run',
  'parse',
  'pull',
  'config',
  'notify',
  'explain',
  'memory',
  'mute',
  'unmute',
  'metrics',
  'completion',
  'demo',
]

async function scriptOf(shell: string): Promise<string> {
  const {exitCode, stdout, stderr} = await cli(['completion', shell])
  if (exitCode !== 0 || stderr !== '') throw new Error(`completion ${shell} ended with ${exitCode}: ${stderr}`)
  return stdout
}

/** What bash offers when Tab is pressed behind the last of these words. */
async function offered(...words: string[]): Promise<string[]> {
  await using dir = await tempDir()
  await dir.write('my config.yaml', '')
  await mkdir(join(dir.path, 'folder'))
  const press = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tazuna_watch; printf '%s\\n' "\${COMPREPLY[@]}"`
  const script = `${await scriptOf('bash')}\ncomplete -p tazuna-watch >&2\n${press}`
  const args = ['-c', script, 'bash', 'tazuna-watch', ...words]
  const {stdout, stderr} = await promisify(execFile)(bashPath!, args, {cwd: dir.path})
  expect(stderr).toBe('complete -F _tazuna_watch tazuna-watch\n')
  return stdout.split('\n').filter(line => line !== '')
}

describe.skipIf(bashPath === null)('completion bash', () => {
  it.each<[string, string[], string[]]>([
    ['commands', ['c'], ['config', 'completion']],
    ['options of the default command', ['--f'], ['--format', '--fail-on']],
    ['options of a command', ['pull', '--p'], ['--plain-http']],
    ['options of every command', ['demo', '--log'], ['--log-format']],
    [
      'commands below a command',
      ['config', ''],
      ['check', 'show', 'schema', '--help', '-h', '--version', '--log-format', '-v', '--verbose'],
    ],
    ['choices of an option', ['run', '--format', ''], ['text', 'json']],
    ['choices of an argument', ['completion', 'z'], ['zsh']],
    ['files for an option', ['run', '--config', ''], ['my config.yaml', 'folder']],
    ['files that begin like the word', ['run', '--output', 'my'], ['my config.yaml']],
    ['files for an argument', ['parse', 'fo'], ['folder']],
    ['options where a file may stand', ['parse', '--f'], ['--format']],
    ['nothing for a name', ['run', '--cluster', ''], []],
    ['options behind a value that is called like a command', ['--cluster', 'parse', '--dry'], ['--dry-run']],
  ])('offers %s', async (_title, words, expected) => {
    const found = await offered(...words)
    expect(found.toSorted()).toEqual(expected.toSorted())
  })

  it('offers every command first', async () => {
    expect((await offered('')).slice(0, commands.length)).toEqual(commands)
  })
})

describe.each([
  ['zsh', '#compdef tazuna-watch\n', 'run:check the cluster once'],
  ['fish', '# fish completion', "-a run -d 'check the cluster once"],
])('completion %s', (shell, head, run) => {
  it('knows every command, option and choice', async () => {
    const script = await scriptOf(shell)
    expect(script.startsWith(head)).toBe(true)
    expect(script).toContain(run)
    for (const word of [...commands, 'check', 'show', 'schema', 'test', 'delete', 'json']) {
      expect(script).toMatch(new RegExp(`\\b${word}\\b`))
    }
    for (const option of ['dry-run', 'fail-on', 'plain-http', 'jitter', 'log-format', 'to']) {
      expect(script).toContain(shell === 'fish' ? ` -l ${option}` : `'--${option}:`)
    }
  })
})

describe('completion', () => {
  it('ends with 64 for another shell', async () => {
    const {exitCode, stdout, stderr} = await cli(['completion', 'tcsh'])
    expect({exitCode, stdout}).toEqual({exitCode: 64, stdout: ''})
    expect(stderr).toContain('Allowed choices are bash, zsh, fish')
  })
})

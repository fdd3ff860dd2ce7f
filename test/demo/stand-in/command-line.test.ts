import {describe, expect, it} from 'vitest'

import {helpText} from '../../../src/demo/stand-in/help.ts'
import type {Knobs} from '../../../src/demo/stand-in/knobs.ts'
import {writeSource} from '../../support/tazuna-yaml.ts'
import {tempDir} from '../../support/temp-dir.ts'
import {run} from './run-in-process.ts'

describe('the command line', () => {
  it.each([[['--version']], [['-v']], [['version']], [['version', '-l', 'debug']]])(
    '%j prints the version',
    async argv => {
      expect(await run(argv, {version: '1.2.3'})).toEqual({
        code: 0,
        stdout: 'tazuna 1.2.3 (commit stand-in, built 2026-07-16T00:00:00Z, linux/amd64)\n',
        stderr: '',
      })
    },
  )

  it.each([
    [['state', 'drift']],
    [['state', 'sync']],
    [['state']],
    [['state', '-l', 'info']],
    [['state', 'diff', '--help']],
    [['-h', 'state']],
  ])('%j prints the help of state on stdout and exits with 0', async argv => {
    expect(await run(argv)).toEqual({code: 0, stdout: helpText('state', 'late'), stderr: ''})
  })

  it.each([[[]], [['nonsense']], [['help']], [['--help']]])('%j prints the help of the root', async argv => {
    expect(await run(argv)).toEqual({code: 0, stdout: helpText('root', 'late'), stderr: ''})
  })

  it('has help in the form of cobra', () => {
    expect(helpText('state', 'late'))
      .toBe(`Subcommands that operate on the tazuna state ConfigMap stored in the cluster.

Usage:
  tazuna state [flags]
  tazuna state [command]

Available Commands:
  diff        Show the diff between manifests and the cluster state
  list        List the resources recorded in the cluster state

Flags:
  -h, --help   help for state

Global Flags:
  -e, --environment string     Environment name, {{ .Environment }} in tazuna.yaml
  -f, --file-path string       Path to tazuna.yaml (default "tazuna.yaml")
  -l, --log-level string       log level(debug/info/warn/error) (default "info")
      --otlp-endpoint string   OTLP endpoint
      --otlp-insecure          OTLP without TLS (default true)

Use "tazuna state [command] --help" for more information about a command.
`)
    expect(helpText('root', 'early')).toContain(`
Flags:
  -f, --file-path string       Path to tazuna.yaml (default "tazuna.yaml")
  -h, --help                   help for tazuna
  -l, --log-level string       log level(debug/info/warn/error) (default "info")
  -v, --version                version for tazuna

`)
  })

  it.each<[argv: string[], message: string, knobs?: Knobs]>([
    [['state', 'diff', '--tags', 'a'], 'unknown flag: --tags'],
    [['state', 'diff', '--no-cache'], 'unknown flag: --no-cache'],
    [['state', 'diff', '--output=json'], 'unknown flag: --output'],
    [['state', 'diff', '--sync'], 'unknown flag: --sync'],
    [['state', '--version'], 'unknown flag: --version'],
    [['state', 'diff', '-o', 'json'], "unknown shorthand flag: 'o' in -o"],
    [['state', 'diff', '-f'], "flag needs an argument: 'f' in -f"],
    [['state', 'diff', '--file-path'], 'flag needs an argument: --file-path'],
    [['state', 'diff', '-e', 'prod'], "unknown shorthand flag: 'e' in -e", {era: 'early'}],
  ])('%j fails with %j', async (argv, message, knobs = {}) => {
    const {code, stdout, stderr} = await run(argv, knobs)
    expect({code, stdout, line: stderr.split('\n', 1)[0]}).toEqual({code: 1, stdout: '', line: `error: ${message}`})
  })

  it.each([
    [['-f', 'FILE', 'state', 'list']],
    [['state', '-fFILE', 'list']],
    [['state', 'list', '-f=FILE']],
    [['state', 'list', '--file-path', 'FILE']],
    [['state', 'list', '-f', 'nope', '--file-path=FILE']],
    [['state', 'list', '--otlp-endpoint', 'x', '--otlp-insecure', '-f', 'FILE']],
    [['state', 'list', '-f', 'FILE', '--', '-x']],
  ])('finds tazuna.yaml by %j', async argv => {
    await using dir = await tempDir()
    const file = await writeSource(dir.path, {web: []})
    const printed = await run(
      argv.map(argument => argument.replace('FILE', file)),
      {state: dir.path},
    )
    expect(printed).toEqual({code: 0, stdout: 'Manifest: web\n  No state found\n\n', stderr: ''})
  })
})

import {describe, expect, it} from 'vitest'

import packageJson from '../../package.json' with {type: 'json'}
import {exitCodes} from '../../src/model/exit-code.ts'
import {ParsedDiff} from '../../src/model/report.ts'
import {cli} from '../support/cli.ts'
import {fixture} from '../support/state-diff-text.ts'
import {tempDir} from '../support/temp-dir.ts'

describe('the command line', () => {
  it('prints its version', async () => {
    expect(await cli(['--version'])).toEqual({exitCode: 0, stdout: `${packageJson.version}\n`, stderr: ''})
  })

  it.each([
    [[], 'tazuna-watch [options] [command]'],
    [['run'], '--fail-on'],
    [['run'], '--jitter'],
    [['parse'], 'stdin when absent'],
    [['pull'], '--plain-http'],
    [['config'], 'check'],
    [['config', 'check'], '--config'],
    [['config', 'show'], '--source'],
    [['config', 'schema'], 'JSON Schema'],
    [['notify'], 'test'],
    [['notify', 'test'], '--to'],
    [['metrics'], 'delete'],
    [['metrics', 'delete'], '--cluster'],
    [['completion'], 'choices: "bash", "zsh"'],
    [['demo'], 'no cluster'],
  ])('helps with %j on stdout', async (words, text) => {
    const {exitCode, stdout, stderr} = await cli([...words, '--help'])
    expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''})
    expect(stdout).toContain(text)
    expect(stdout).toContain('--log-format <format>')
    expect((await cli(['help', ...words])).exitCode).toBe(0)
  })

  it.each([
    ['run'],
    ['parse'],
    ['pull'],
    ['config check'],
    ['config show'],
    ['config schema'],
    ['notify test'],
    ['metrics delete'],
    ['completion'],
    ['demo'],
  ])('shows examples in the help of %s', async command => {
    const {stdout} = await cli([...command.split(' '), '--help'])
    expect(stdout).toMatch(/Examples:\n {2}\$ /)
    expect(stdout).toContain(`tazuna-watch ${command}`)
  })

  it.each([['run'], ['pull'], ['memory reset'], ['mute']])(
    'shows no default that is none in the help of %s',
    async command => {
      const {stdout} = await cli([...command.split(' '), '--help'])
      expect(stdout).not.toMatch(/default:\s+(?:false|\[\])/)
    },
  )

  it('shows a default that is one', async () => {
    expect((await cli(['run', '--help'])).stdout).toMatch(/default:\s+"text"/)
  })

  it.each([
    ['mute', '--for <duration>', 2],
    ['mute', '--reason <text>', 2],
    ['pull', '--output <dir>', 1],
  ])('shows in the help of %s that it needs %s', async (command, option, count) => {
    const {stdout} = await cli([command, '--help'])
    expect(stdout.replaceAll(/\s+/g, ' ').split(option)[1]).toMatch(/^[^<]+ \(required\) /)
    expect(stdout.match(/\(required\)/g)).toHaveLength(count)
  })

  it('shows every exit code in its help', async () => {
    const {stdout} = await cli(['--help'])
    for (const {code} of exitCodes) expect(stdout).toMatch(new RegExp(`^ +${code}  `, 'm'))
  })

  it('wraps the exit codes, with what they mean below each other', async () => {
    const [, table = ''] = (await cli(['--help'])).stdout.split('Exit codes:\n')
    const lines = table.trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(exitCodes.length)
    for (const line of lines) {
      expect(line).toMatch(/^[ \d]{5} {2}\S/)
      expect(line.length).toBeLessThanOrEqual(80)
    }
    expect(table.replaceAll(/\s+/g, ' ')).toContain(exitCodes[1].means.replaceAll('`', ''))
  })

  it.each([
    ['an unknown command', ['runn'], "unknown command 'runn'; did you mean run?"],
    ['an unknown flag', ['--dryrun'], "unknown option '--dryrun'"],
    ['a flag without its value', ['--cluster'], 'argument missing'],
    ['a format that does not exist', ['--format', 'xml'], 'Allowed choices are text, json, markdown'],
    ['a diff type that does not exist', ['--fail-on', 'added,deleted'], 'added, modified, removed'],
    ['a store that does not exist', ['--memory', 'redis'], 'Allowed choices'],
    ['an argument too many', ['parse', 'a', 'b'], 'too many arguments'],
    ['an unknown command behind an option', ['-v', 'runn'], "unknown command 'runn'; did you mean run?"],
    ['an unknown command below another', ['config', 'chek'], "unknown command 'chek' (Did you mean check?)"],
    ['config without its command', ['config'], 'config needs a command: check, show, schema'],
    ['notify without its command', ['--log-format', 'text', 'notify'], 'notify needs a command: test'],
    ['pull without a reference', ['pull', '--output', 'x'], "missing required argument 'ref'"],
    ['pull without a folder', ['pull', 'oci://h:1/r'], "required option '--output <dir>' not specified"],
    ['a config file that is not there', ['--config', 'no.yaml'], 'no such file'],
    ['a config file that is not there for the check', ['config', 'check', '--config', 'no.yaml'], 'no such file'],
  ])('ends with 64 for %s', async (_title, args, message) => {
    const {exitCode, stdout, stderr} = await cli(args)
    expect({exitCode, stdout}).toEqual({exitCode: 64, stdout: ''})
    expect(stderr).toContain(message)
    expect(stderr).toMatch(/^error: .+ \(USAGE\)\nhint: .+\n$/)
  })
})

describe('parse', () => {
  it.each([
    ['a file', ['parse', 'diff.txt'], ''],
    ['stdin', ['parse'], fixture('state-diff/mixed.txt')],
    ['stdin by name', ['parse', '-'], fixture('state-diff/mixed.txt')],
  ])('reads %s', async (_title, args, stdin) => {
    await using dir = await tempDir()
    await dir.write('diff.txt', fixture('state-diff/mixed.txt'))
    const {exitCode, stdout, stderr} = await cli(args, {cwd: dir.path, stdin})
    expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''})
    const {manifests, entries} = ParsedDiff.parse(JSON.parse(stdout))
    expect(manifests).toEqual([{name: 'ingress-nginx'}, {name: 'web'}])
    expect(entries.map(({stateKey}) => stateKey)).toEqual([
      'ingress-nginx/apps/v1/Deployment/ingress-nginx/controller',
      'web//v1/ConfigMap/web/nginx-conf',
      'web//v1/Secret/web/app-secret',
      'web/apps/v1/Deployment/web/nginx',
      'web/rbac.authorization.k8s.io/v1/ClusterRole/web-reader',
    ])
    expect(entries[2]).toMatchObject({diffType: 'always-sync', oldHash: null, newHash: null})
  })

  it('forgives the missing empty line of pasted text', async () => {
    expect((await cli(['parse'], {stdin: fixture('state-diff/documentation-sample.txt')})).exitCode).toBe(0)
  })

  it('prints text', async () => {
    const {stdout} = await cli(['parse', '--format', 'text'], {stdin: fixture('state-diff/mixed.txt')})
    expect(stdout).toContain('  removed      ClusterRole web-reader\n')
    expect((await cli(['parse', '--format', 'text'], {stdin: 'No changes detected.\n'})).stdout).toBe('No changes.\n')
  })

  it.each([
    [
      'a file that is not there',
      ['parse', 'no.txt'],
      '',
      66,
      /^error: reading no\.txt: there is no such file .*\nhint: .+\n$/,
    ],
    ['text that is no diff', ['parse'], 'hello\n', 70, /^error: reading .* line 1 is "hello" .*\nhint: .+\n$/],
    ['nothing', ['parse'], '', 70, /^error: .* neither a block nor .*\nhint: .+\n$/],
  ])('says in two lines what is wrong with %s', async (_title, args, stdin, code, stderr) => {
    const result = await cli(args, {stdin})
    expect(result).toMatchObject({exitCode: code, stdout: ''})
    expect(result.stderr).toMatch(stderr)
  })

  it('cuts nothing when stdout is a pipe', async () => {
    const rows = Array.from({length: 20_000}, (_, index) => `  added          /v1/ConfigMap/web/c${index} abc`)
    const text = `Manifest: web\n  STATUS         RESOURCE HASH\n${rows.join('\n')}\n\n`
    const {stdout} = await cli(['parse'], {stdin: text})
    expect((JSON.parse(stdout) as ParsedDiff).entries).toHaveLength(20_000)
  })
})

describe('config check', () => {
  const valid = 'apiVersion: tazuna-watch/v1\ncluster: prod\nsource: {path: .}\n'

  it('says that a config is valid', async () => {
    await using dir = await tempDir()
    await dir.write('tazuna-watch.yaml', valid)
    expect(await cli(['config', 'check'], {cwd: dir.path})).toEqual({
      exitCode: 0,
      stdout: 'The config is valid: cluster prod, watch default, source ., no notifiers, no sinks.\n',
      stderr: '',
    })
  })

  it('names the notifiers and sinks', async () => {
    await using dir = await tempDir()
    const slack = '{type: slack, webhookUrl: {env: HOOK}}'
    const more = `notifiers: [${slack}, {name: web, ${slack.slice(1)}]\nheartbeat: {url: {env: HOOK}}\n`
    await dir.write('tazuna-watch.yaml', `${valid}${more}`)
    const env = {HOOK: 'https://example.com/x', PUSHGATEWAY_URL: 'http://g:9091'}
    expect((await cli(['config', 'check'], {cwd: dir.path, env})).stdout).toBe(
      'The config is valid: cluster prod, watch default, source ., ' +
        '2 notifiers (slack, web), 2 sinks (pushgateway, heartbeat).\n',
    )
  })

  it('lists all problems and what to do', async () => {
    await using dir = await tempDir()
    await dir.write('c.yaml', 'apiVersion: tazuna-watch/v1\nclustr: prod\ndeadline: soon\n')
    const {exitCode, stdout, stderr} = await cli(['config', 'check', '--config', 'c.yaml'], {cwd: dir.path})
    expect({exitCode, stdout}).toEqual({exitCode: 78, stdout: ''})
    expect(stderr.split('\n')).toEqual([
      'error: reading the config c.yaml: 4 problems (CONFIG_INVALID)',
      'c.yaml:1:1 cluster: missing; set cluster, --cluster or TAZUNA_WATCH_CLUSTER',
      'c.yaml:1:1 source: missing; set source.oci or source.path, --source or TAZUNA_WATCH_SOURCE',
      'c.yaml:2:1 clustr: not a key; did you mean cluster?',
      'c.yaml:3:11 deadline: write a duration such as 90s, 1h30m, 7d or 2w',
      'hint: correct these places; `tazuna-watch config schema` says what each key takes',
      '',
    ])
  })

  it.each([
    ['without a host', 'oci://config/prod', 'its host is not explicit'],
    ['without oci://', 'ghcr.io/acme/config:prod', 'it does not begin with oci://'],
    ['with a tag that cannot be', 'oci://ghcr.io/acme/config:pr od', 'its tag may have'],
    [
      'with a digest that nobody can check',
      `oci://ghcr.io/acme/config@md5:${'0'.repeat(32)}`,
      'only sha256 and sha512',
    ],
  ])('finds a reference %s, and its place', async (_title, reference, says) => {
    await using dir = await tempDir()
    const config = `apiVersion: tazuna-watch/v1\ncluster: prod\nsource:\n  oci: "${reference}"\ndeadline: soon\n`
    await dir.write('tazuna-watch.yaml', config)
    const {exitCode, stdout, stderr} = await cli(['config', 'check'], {cwd: dir.path})
    expect({exitCode, stdout}).toEqual({exitCode: 78, stdout: ''})
    expect(stderr).toMatch(/^error: reading the config tazuna-watch\.yaml: 2 problems \(CONFIG_INVALID\)\n/)
    const line = stderr.split('\n').find(text => text.startsWith('tazuna-watch.yaml:4:8 source.oci: '))
    expect(line).toContain(says)
    expect(stderr).toContain('tazuna-watch.yaml:5:11 deadline: ')
  })

  it.each([
    ['--source', ['--source', 'oci://config:prod'], {}],
    ['TAZUNA_WATCH_SOURCE', [], {TAZUNA_WATCH_SOURCE: 'oci://config:prod'}],
  ])('finds one that comes from %s', async (origin, words, env) => {
    await using dir = await tempDir()
    await dir.write('tazuna-watch.yaml', valid)
    const {exitCode, stderr} = await cli(['config', 'check', ...words], {cwd: dir.path, env})
    expect(exitCode).toBe(78)
    expect(stderr).toContain(
      `\n${origin}: source.oci: reading the reference "oci://config:prod": it names no repository`,
    )
  })

  it.each(['oci://ghcr.io/acme/config:prod', `oci://localhost:5000/config@sha256:${'a'.repeat(64)}`])(
    'finds nothing wrong with %s',
    async reference => {
      await using dir = await tempDir()
      await dir.write(
        'tazuna-watch.yaml',
        `apiVersion: tazuna-watch/v1\ncluster: prod\nsource: {oci: "${reference}"}\n`,
      )
      expect(await cli(['config', 'check'], {cwd: dir.path})).toMatchObject({exitCode: 0, stderr: ''})
    },
  )

  it('shows no user and password of a wrong reference', async () => {
    const result = await cli(['config', 'check', '--cluster', 'c', '--source', 'oci://me:canary@ghcr.io/acme/config'])
    expect(result.exitCode).toBe(78)
    expect(result.stdout + result.stderr).not.toContain('canary')
  })

  it('says which secrets are missing', async () => {
    await using dir = await tempDir()
    await dir.write('tazuna-watch.yaml', `${valid}notifiers: [{type: slack, webhookUrl: {env: NO_SUCH_HOOK}}]\n`)
    const {exitCode, stderr} = await cli(['config', 'check'], {cwd: dir.path})
    expect(exitCode).toBe(78)
    expect(stderr).toContain('NO_SUCH_HOOK')
  })
})

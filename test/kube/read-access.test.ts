import {mkdir} from 'node:fs/promises'
import {inspect} from 'node:util'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {stringify} from 'yaml'

import type {KubeAccess} from '../../src/kube/access.ts'
import {readAccess, type AccessOptions} from '../../src/kube/read-access.ts'
import {tempDir, type TempDir} from '../support/temp-dir.ts'
import {kubeconfig} from './kube-world.ts'

const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
const base64 = Buffer.from(pem).toString('base64')

let dir: TempDir
beforeEach(async () => {
  dir = await tempDir()
})
afterEach(() => dir[Symbol.asyncDispose]())

const read = (options: Partial<AccessOptions> = {}) =>
  readAccess({
    env: {},
    home: dir.path,
    cwd: dir.path,
    context: null,
    serviceAccountFolder: `${dir.path}/serviceaccount`,
    ...options,
  })
const failure = async (options?: Partial<AccessOptions>): Promise<{message: string; hint: string}> =>
  await read(options).then(
    access => ({message: inspect(access), hint: 'it was read'}),
    (error: Error & {hint: string}) => error,
  )

/** Writes `~/.kube/config` with one context, and reads it. */
async function readOne(cluster: object, user?: object | null, context?: object): Promise<KubeAccess> {
  await dir.write('.kube/config', kubeconfig(cluster, user, context))
  return await read()
}

async function failOne(cluster: object, user?: object | null): Promise<string> {
  await dir.write('.kube/config', kubeconfig(cluster, user))
  const error = await failure()
  expect(error).toMatchObject({name: 'KubeConfigError', hint: expect.stringMatching(/\w/) as unknown})
  expect(inspect(error)).not.toMatch(/hunter/)
  return error.message
}

/** What it comes to, with secrets shown. */
function plain({user, ...access}: KubeAccess) {
  const {login, certificate, impersonation} = user
  return {
    ...access,
    impersonation,
    login: Object.fromEntries(
      Object.entries(login).map(([key, value]) => [
        key,
        key === 'token' || key === 'password' ? value.reveal() : value,
      ]),
    ) as Record<string, unknown>,
    certificate: certificate && [certificate.certificate, certificate.key.reveal()],
  }
}

const config = (name: string) => kubeconfig({server: `https://${name}`})

const claims = (sub: unknown) => `e30.${Buffer.from(JSON.stringify({sub})).toString('base64url')}.hunter22`

describe('where access comes from', () => {
  const pod = {KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443'}

  it('is the files of KUBECONFIG, then the pod, then ~/.kube/config, as for tazuna', async () => {
    await dir.write('listed', config('listed'))
    await dir.write('.kube/config', config('home'))
    await dir.write('serviceaccount/token', 'token-1')
    const servers = [
      await read({env: {...pod, KUBECONFIG: 'listed'}}),
      await read({env: {...pod, KUBECONFIG: ''}}),
      await read({env: {}}),
    ].map(({server}) => server)
    expect(servers).toEqual(['https://listed', 'https://10.0.0.1:443', 'https://home'])
  })

  it('is ~/.kube/config in a pod without a token', async () => {
    await dir.write('.kube/config', config('home'))
    expect(await read({env: pod})).toMatchObject({server: 'https://home'})
  })

  it('is the pod, too, when ~/.kube/config is empty', async () => {
    await dir.write('.kube/config', '')
    await dir.write('serviceaccount/token', 'token-1')
    expect(await read({env: pod})).toMatchObject({server: 'https://10.0.0.1:443'})
  })

  it('is never the pod when a context is asked for', async () => {
    await dir.write('serviceaccount/token', 'token-1')
    expect((await failure({env: pod, context: 'prod'})).message).toMatch(
      /reading context "prod": there is no kubeconfig/,
    )
  })

  it.each([
    ['there is nothing', {}, /no kubeconfig .*\/\.kube\/config, and this is no pod/],
    ['KUBECONFIG names what is not there', {KUBECONFIG: 'a:/b/c'}, /there is no .*\/a, and no \/b\/c$/],
    ['KUBECONFIG names a folder', {KUBECONFIG: '.'}, /reading the kubeconfig .*EISDIR/],
    ['only the host of the API is set', {KUBERNETES_SERVICE_HOST: '10.0.0.1'}, /this is no pod/],
    ['the pod has no token', pod, /service account of this pod: there is no .*serviceaccount\/token/],
  ])('says so when %s', async (_title, env, text) => {
    const error = await failure({env})
    expect(error.message).toMatch(text)
    expect(error.hint).toMatch(/KUBECONFIG|kubectl/)
  })
})

describe('several files', () => {
  it('are one: the first that has a name or a current context wins, and entries are never mixed', async () => {
    await dir.write(
      'one/config',
      stringify({
        clusters: [{name: 'c', cluster: {server: 'https://first', 'certificate-authority': 'ca.crt'}}],
        users: [{name: 'u', user: {tokenFile: 'token'}}],
        contexts: [{name: 'other', context: {cluster: 'c', user: 'u', namespace: 'first'}}],
      }),
    )
    await dir.write(
      'two/config',
      stringify({
        'current-context': 'both',
        clusters: [
          {name: 'c', cluster: {server: 'https://second', 'tls-server-name': 'second'}},
          {name: 'd', cluster: {server: 'https://d', 'certificate-authority': 'ca.crt'}},
        ],
        users: [{name: 'u', user: {token: 'second', as: 'second'}}],
        contexts: [
          {name: 'both', context: {cluster: 'c', user: 'u'}},
          {name: 'other', context: {cluster: 'd', user: 'u', namespace: 'second'}},
          {name: 'd', context: {cluster: 'd', user: 'u'}},
        ],
      }),
    )
    await dir.write('three', stringify({'current-context': 'other'}))
    await dir.write('one/ca.crt', `${pem}one`)
    await dir.write('two/ca.crt', `${pem}two`)
    const env = {KUBECONFIG: `:one/config:absent:${dir.path}/two/config::three`}
    expect(plain(await read({env}))).toEqual({
      server: 'https://first',
      namespace: 'default',
      identity: 'user "u" of context "both"',
      tls: {ca: `${pem}one`, verify: true, serverName: null},
      proxyUrl: null,
      impersonation: {},
      login: {kind: 'token-file', path: `${dir.path}/one/token`, fallback: null},
      certificate: null,
    })
    expect(await read({env, context: 'other'})).toMatchObject({server: 'https://first', namespace: 'first'})
    expect(await read({env, context: 'd'})).toMatchObject({server: 'https://d', tls: {ca: `${pem}two`}})
  })
})

describe('a context', () => {
  it.each([
    ['no current context', {'current-context': ''}, null, /^the kubeconfig has no current context$/],
    ['an unknown current context', {'current-context': 'gone'}, null, /has no context "gone"/],
    ['not the context that is asked for', {}, 'prod', /has no context "prod"/],
    ['not the cluster', {clusters: []}, null, /context "here" names cluster "local", which is not in/],
    ['not the user', {users: null}, null, /context "here" names user "me", which is not in/],
    [
      'an entry without content',
      {clusters: [{name: 'local'}]},
      null,
      /cluster "local" of the kubeconfig has no server/,
    ],
  ])('cannot be used with %s', async (_title, changes, context, text) => {
    const whole = {
      'current-context': 'here',
      clusters: [{name: 'local', cluster: {server: 'https://kube'}}],
      contexts: [{name: 'here', context: {cluster: 'local', user: 'me'}}],
      users: [{name: 'me', user: {token: 'hunter22'}}],
    }
    await dir.write('.kube/config', stringify({...whole, ...changes}))
    expect(await failure({context})).toMatchObject({
      name: 'KubeConfigError',
      message: expect.stringMatching(text) as unknown,
    })
  })

  it('may have a namespace, and no user', async () => {
    expect(await readOne({server: 'https://kube'}, null, {namespace: 'watch'})).toMatchObject({
      namespace: 'watch',
      identity: 'nobody (context "here" has no user)',
      user: {login: {kind: 'none'}, certificate: null},
    })
  })
})

describe('a file that is no kubeconfig', () => {
  it.each([
    ['broken YAML', 'users:\n- name: "hunter22\n', /line 3, column 1 is no YAML \(MISSING_CHAR\)/],
    ['an unknown alias', 'users: *hunter22\n', /alias/],
    ['a list', '- hunter22\n', /it is no kubeconfig/],
    ['a word', 'hunter22\n', /it is no kubeconfig/],
    ['a number for a name', 'clusters:\n- name: 1\n', /clusters\.0\.name: .*expected string/],
    ['a map for users', 'users: {hunter22: 1}\n', /users: .*expected array/],
    [
      'a list for a token',
      'users: [{name: a, user: {token: [hunter22]}}]\n',
      /users\.0\.user\.token: .*expected string/,
    ],
  ])('is refused, unquoted: %s', async (_title, text, expected) => {
    await dir.write('.kube/config', text)
    const error = await failure()
    expect(error.message).toMatch(/^reading the kubeconfig .*\/\.kube\/config: /)
    expect(error.message).toMatch(expected)
    expect(inspect(error)).not.toMatch(/hunter/)
  })

  it('may be JSON, hold null, words of YAML 1.1 and keys that we do not know', async () => {
    const config = {
      'current-context': 'here',
      preferences: {},
      clusters: [{name: 'local', cluster: {server: 'https://kube', 'disable-compression': true, extensions: null}}],
      contexts: [{name: 'here', context: {cluster: 'local', user: 'me', namespace: null}}],
      users: [{name: 'me', user: {token: 'token-1', exec: null}}],
    }
    await dir.write('.kube/config', JSON.stringify(config))
    expect(await read()).toMatchObject({server: 'https://kube', namespace: 'default'})
    await dir.write(
      '.kube/config',
      stringify(config).replace('disable-compression: true', 'insecure-skip-tls-verify: yes'),
    )
    expect(await read()).toMatchObject({tls: {verify: false}})
  })
})

describe('a cluster', () => {
  it.each([
    ['https://kube:6443', {}, 'https://kube:6443'],
    ['https://kube/k8s/clusters/c-1/', {}, 'https://kube/k8s/clusters/c-1'],
    ['http://127.0.0.1:8001', {}, 'http://127.0.0.1:8001'],
    ['https://[fd00::1]:6443', {}, 'https://[fd00::1]:6443'],
    ['kube:6443', {'insecure-skip-tls-verify': true}, 'https://kube:6443'],
    ['kube:6443', {'certificate-authority-data': base64}, 'https://kube:6443'],
    ['kube:8080', {}, 'http://kube:8080'],
  ])('has the server %s', async (server, more, expected) => {
    expect(await readOne({server, ...more})).toMatchObject({server: expected})
  })

  it.each([
    ['', /has no server/],
    ['unix:///socket', /no URL of HTTP/],
    ['https://', /no URL of HTTP/],
    ['https://kube?token=hunter22', /no URL of HTTP/],
    ['https://me:hunter22@kube', /has user or password in the URL/],
  ])('cannot have the server %j', async (server, text) => {
    expect(await failOne({server})).toMatch(text)
  })

  it('has an authority in the file, or in a file, its data first', async () => {
    await dir.write('.kube/ca/ca.crt', `${pem}file`)
    const server = 'https://kube'
    expect(await readOne({server, 'certificate-authority': 'ca/ca.crt'})).toMatchObject({tls: {ca: `${pem}file`}})
    expect(
      await readOne({server, 'certificate-authority': '/absent', 'certificate-authority-data': base64}),
    ).toMatchObject({
      tls: {ca: pem},
    })
    expect(await readOne({server, 'tls-server-name': 'kube.test', 'proxy-url': 'http://proxy:3128'})).toMatchObject({
      tls: {ca: null, verify: true, serverName: 'kube.test'},
      proxyUrl: 'http://proxy:3128',
    })
  })

  it.each([
    [
      'a file that is not there',
      {'certificate-authority': 'gone.crt'},
      /certificate-authority of cluster "local": ENOENT.*\.kube\/gone\.crt/,
    ],
    ['a file of something else', {'certificate-authority': 'config'}, /\.kube\/config is not PEM/],
    [
      'data of something else',
      {'certificate-authority-data': 'aHVudGVyMjI='},
      /certificate-authority-data is not base64 of PEM/,
    ],
    [
      'two minds',
      {'certificate-authority-data': base64, 'insecure-skip-tls-verify': true},
      /authority and insecure-skip-tls-verify/,
    ],
  ])('cannot have an authority of %s', async (_title, cluster, text) => {
    expect(await failOne({server: 'https://kube', ...cluster})).toMatch(text)
  })
})

describe('a user', () => {
  const certificate = {'client-certificate-data': base64, 'client-key-data': base64}

  it.each([
    ['nothing', {}, {login: {kind: 'none'}, certificate: null}],
    ['a token', {token: 'token-1'}, {login: {kind: 'token', token: 'token-1'}}],
    ['a password', {username: 'me', password: 'pass'}, {login: {kind: 'password', username: 'me', password: 'pass'}}],
    ['a certificate', certificate, {login: {kind: 'none'}, certificate: [pem, pem]}],
    [
      'a certificate and a token',
      {...certificate, token: 'token-1'},
      {login: {kind: 'token'}, certificate: [pem, pem]},
    ],
    ['a token and a plugin', {token: 'token-1', exec: {command: 'login'}}, {login: {kind: 'token'}}],
    ['a token and a file of it', {token: 'token-1', tokenFile: '/t'}, {login: {kind: 'token-file', path: '/t'}}],
    ['somebody else', {as: 'bob'}, {impersonation: {'impersonate-user': 'bob'}}],
    [
      'somebody else in full',
      {as: 'bob', 'as-uid': '7', 'as-groups': ['a', 'b'], 'as-user-extra': {'acme.io/Scope': ['x', 'z']}},
      {
        impersonation: {
          'impersonate-user': 'bob',
          'impersonate-uid': '7',
          'impersonate-group': ['a', 'b'],
          'impersonate-extra-acme.io%2fscope': ['x', 'z'],
        },
      },
    ],
  ])('may have %s', async (_title, user, expected) => {
    expect(plain(await readOne({server: 'https://kube'}, user))).toMatchObject(expected)
  })

  it('may have certificate and key in files beside the kubeconfig', async () => {
    await dir.write('.kube/me.crt', `${pem}cert`)
    await dir.write('.kube/me.key', `${pem}key`)
    const access = await readOne({server: 'https://kube'}, {'client-certificate': 'me.crt', 'client-key': './me.key'})
    expect(plain(access)).toMatchObject({certificate: [`${pem}cert`, `${pem}key`]})
    expect(inspect(access, {depth: 9})).not.toContain(`${pem}key`)
  })

  it.each([
    ['two ways', {token: 'hunter22', username: 'a', password: 'hunter33'}, /has a token and a password/],
    ['a file and a password', {tokenFile: 'a', username: 'a'}, /has a token and a password/],
    ['a token of two lines', {token: 'hunter22\nhunter33'}, /token with characters that no token can have/],
    ['a certificate without key', {'client-certificate-data': base64}, /certificate without key/],
    ['a key that is none', {'client-key-data': 'aHVudGVyMjI='}, /client-key-data is not base64 of PEM/],
    ['a key that is not there', {'client-key': 'gone.key'}, /client-key of user "me": ENOENT/],
    [
      'an auth-provider',
      {'auth-provider': {name: 'gcp', config: {'access-token': 'hunter22'}}},
      /auth-provider \(gcp\), which/,
    ],
    ['groups of nobody', {'as-groups': ['a']}, /impersonates groups, but nobody/],
    ['a name of two lines', {as: 'a\nb: c'}, /cannot stand in a header/],
    ['a plugin without command', {exec: {apiVersion: 'client.authentication.k8s.io/v1'}}, /plugin without a command/],
    [
      'an old plugin',
      {exec: {command: 'a', apiVersion: 'client.authentication.k8s.io/v1alpha1'}},
      /that speaks .*v1alpha1/,
    ],
    ['a plugin of no version', {exec: {command: 'a'}}, /without apiVersion/],
    [
      'a plugin that asks',
      {exec: {command: 'a', apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Always'}},
      /needs a terminal/,
    ],
  ])('cannot have %s', async (_title, user, text) => {
    expect(await failOne({server: 'https://kube'}, user)).toMatch(text)
  })

  it('may have a plugin, on PATH or beside the kubeconfig, which learns of the cluster if it wants to', async () => {
    const exec = {
      command: './bin/login',
      args: ['--now'],
      env: [{name: 'REGION', value: 'tokyo'}],
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      installHint: 'install it',
    }
    const cluster = {
      server: 'https://kube',
      'certificate-authority-data': base64,
      'tls-server-name': 'kube.test',
      'proxy-url': 'http://proxy',
      extensions: [
        {name: 'other', extension: 1},
        {name: 'client.authentication.k8s.io/exec', extension: {audience: 'x'}},
      ],
    }
    const info = {apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: {interactive: false}}
    const first = await readOne(cluster, {exec})
    expect(first.user.login).toEqual({
      kind: 'exec',
      plugin: {...exec, command: `${dir.path}/.kube/bin/login`, info: JSON.stringify(info)},
    })
    const second = await readOne(cluster, {
      exec: {...exec, command: 'login', args: null, env: null, provideClusterInfo: true},
    })
    const plugin = second.user.login.kind === 'exec' ? second.user.login.plugin : null
    expect(plugin).toMatchObject({command: 'login', args: [], env: []})
    const {extensions: _, ...shown} = cluster
    expect(JSON.parse(plugin?.info ?? '')).toEqual({
      ...info,
      spec: {interactive: false, cluster: {...shown, config: {audience: 'x'}}},
    })
  })
})

describe('a pod', () => {
  const env = {KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '6443'}

  it('has its service account, authority and namespace', async () => {
    await dir.write('serviceaccount/token', claims('system:serviceaccount:watch:tazuna-watch'))
    await dir.write('serviceaccount/ca.crt', pem)
    await dir.write('serviceaccount/namespace', 'watch\n')
    expect(plain(await read({env}))).toEqual({
      server: 'https://10.0.0.1:6443',
      namespace: 'watch',
      identity: 'system:serviceaccount:watch:tazuna-watch',
      tls: {ca: pem, verify: true, serverName: null},
      proxyUrl: null,
      impersonation: {},
      login: {kind: 'token-file', path: `${dir.path}/serviceaccount/token`, fallback: null},
      certificate: null,
    })
  })

  it('may have an IPv6 address, no authority and no namespace', async () => {
    await dir.write('serviceaccount/token', 'token-1')
    expect(await read({env: {...env, KUBERNETES_SERVICE_HOST: 'fd00::1'}})).toMatchObject({
      server: 'https://[fd00::1]:6443',
      namespace: 'default',
      identity: 'the service account of this pod',
      tls: {ca: null},
    })
  })

  it.each([['a.b.c'], [claims(7)], [claims('hunter22 \n')], ['e30.bnVsbA.x'], ['']])(
    'does not show of a strange token who it is: %j',
    async token => {
      await dir.write('serviceaccount/token', token)
      expect(await read({env})).toMatchObject({identity: 'the service account of this pod'})
    },
  )

  it('says what is wrong with its folder', async () => {
    await mkdir(`${dir.path}/serviceaccount/token`, {recursive: true})
    expect((await failure({env})).message).toMatch(/service account of this pod: EISDIR/)
    await dir.write('other/token', 'token-1')
    await dir.write('other/ca.crt', 'hunter22')
    expect((await failure({env, serviceAccountFolder: `${dir.path}/other`})).message).toMatch(
      /other\/ca\.crt is not PEM/,
    )
  })
})

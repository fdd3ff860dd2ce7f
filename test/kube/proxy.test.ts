import {describe, expect, it} from 'vitest'

import {chooseProxy} from '../../src/kube/proxy.ts'

const proxy = 'http://proxy:3128/'

describe('chooseProxy', () => {
  it.each([
    ['none by default', 'https://kube:6443', null, {}, null],
    ['HTTPS_PROXY for https', 'https://kube', null, {HTTPS_PROXY: 'http://proxy:3128'}, proxy],
    ['the small name first', 'https://kube', null, {https_proxy: 'proxy:3128', HTTPS_PROXY: 'http://other'}, proxy],
    ['HTTP_PROXY for plain HTTP', 'http://kube', null, {HTTP_PROXY: 'proxy:3128'}, proxy],
    [
      'the capitals where the small name is empty',
      'https://kube',
      null,
      {https_proxy: '', HTTPS_PROXY: 'proxy:3128'},
      proxy,
    ],
    ['no HTTP_PROXY for https', 'https://kube', null, {HTTP_PROXY: 'proxy:3128'}, null],
    ['no HTTPS_PROXY for plain HTTP', 'http://kube', null, {HTTPS_PROXY: 'proxy:3128'}, null],
    ['none where the variable is empty', 'https://kube', null, {HTTPS_PROXY: ''}, null],
    ['none to loopback', 'https://127.0.0.1:6443', null, {HTTPS_PROXY: 'proxy:3128'}, null],
    ['none to localhost', 'https://localhost:6443', null, {HTTPS_PROXY: 'proxy:3128'}, null],
    ['none to loopback in IPv6', 'https://[::1]:6443', null, {HTTPS_PROXY: 'proxy:3128'}, null],
    ['proxy-url before all', 'https://kube', 'http://own:1', {HTTPS_PROXY: 'proxy:3128'}, 'http://own:1/'],
    ['proxy-url without exception', 'https://127.0.0.1', 'http://own:1', {NO_PROXY: '*'}, 'http://own:1/'],
  ])('is %s', (_title, server, proxyUrl, env, expected) => {
    expect(chooseProxy(server, proxyUrl, env)).toBe(expected)
  })

  it.each([
    ['*', 'https://kube'],
    ['a.b, 10.0.0.0/8', 'https://10.96.0.1'],
    ['10.96.0.1', 'https://10.96.0.1:6443'],
    ['10.96.0.1:6443', 'https://10.96.0.1:6443'],
    ['fd00::/8', 'https://[fd00::1]:6443'],
    ['fd00::1', 'https://[fd00:0::1]'],
    ['[fd00::1]:443', 'https://[fd00::1]'],
    ['KUBE.test', 'https://kube.test'],
    ['kube.test', 'https://api.kube.test'],
    ['.kube.test', 'https://api.kube.test'],
    ['*.kube.test', 'https://api.kube.test'],
    ['x kube.test:443', 'https://kube.test'],
  ])('is none where NO_PROXY is %s, for %s', (noProxy, server) => {
    expect(chooseProxy(server, null, {HTTPS_PROXY: proxy, NO_PROXY: noProxy})).toBe(null)
  })

  it.each([
    ['10.0.0.0/8', 'https://11.0.0.1'],
    ['10.0.0.0/99', 'https://10.0.0.1'],
    ['fd00::/8', 'https://10.0.0.1'],
    ['10.96.0.1:443', 'https://10.96.0.1:6443'],
    ['.kube.test', 'https://kube.test'],
    ['kube.test', 'https://notkube.test'],
    ['kube.test:80', 'https://kube.test'],
    ['10.0.0.1', 'https://kube.test'],
    ['a/b', 'https://a'],
  ])('is used where NO_PROXY is %s, for %s', (noProxy, server) => {
    expect(chooseProxy(server, null, {HTTPS_PROXY: proxy, no_proxy: noProxy})).toBe(proxy)
  })

  it.each([
    ['socks5://me:hunter22@proxy', null, /^the proxy-url of the kubeconfig is no URL/],
    [null, 'http://me:hunter22@:', /^the HTTPS_PROXY is no URL/],
  ])('is refused without quoting it: %s %s', (proxyUrl, variable, text) => {
    const choose = () => chooseProxy('https://kube', proxyUrl, {HTTPS_PROXY: variable ?? ''})
    expect(choose).toThrow(text)
    expect(choose).not.toThrow(/hunter22/)
  })
})

import {describe, expect, it} from 'vitest'

import {toChildEnv} from '../../src/tazuna/child-env.ts'

type Options = {secretNames?: string[]; passEnv?: string[]; contextFile?: string}

function childEnv(env: Record<string, string>, options: Options = {}) {
  const defaults = {secretNames: [], passEnv: [], contextFile: null, cacheDir: '/tmp/cache'}
  return toChildEnv({env, cwd: '/job', ...defaults, ...options})
}

describe('toChildEnv', () => {
  it('passes what tazuna needs, with a fresh cache', () => {
    const env = {PATH: '/bin', HOME: '/root', KUBERNETES_SERVICE_HOST: '10.0.0.1', XDG_CACHE_HOME: '/old'}
    expect(childEnv(env)).toEqual({...env, XDG_CACHE_HOME: '/tmp/cache'})
  })

  it.each([
    ['KUBECONFIG', 'a:/b:./c', '/job/a:/b:/job/c'],
    ['KUBECONFIG', '', ''],
    ['DOCKER_CONFIG', '.docker', '/job/.docker'],
    ['XDG_CONFIG_HOME', 'config', '/job/config'],
    ['HELM_CACHE_HOME', 'helm', '/job/helm'],
    ['HELM_REGISTRY_CONFIG', './reg.json', '/job/reg.json'],
    ['HELM_DEBUG', 'true', 'true'],
    ['OTHER', 'a/b', 'a/b'],
  ])('gives %s=%s as %s', (name, value, expected) => {
    expect(childEnv({[name]: value})[name]).toBe(expected)
  })

  it('leaves out the variables of our secrets, but for those that tazuna shall have', () => {
    const env = {SLACK_WEBHOOK_URL: 's', GATEWAY_PASSWORD: 'p', OTHER: 'o'}
    const options = {secretNames: ['SLACK_WEBHOOK_URL', 'GATEWAY_PASSWORD'], passEnv: ['GATEWAY_PASSWORD']}
    expect(Object.keys(childEnv(env, options))).toEqual(['GATEWAY_PASSWORD', 'OTHER', 'XDG_CACHE_HOME'])
  })

  it.each([
    [{KUBECONFIG: 'a:/b'}, '/tmp/context:/job/a:/b'],
    [{HOME: '/root'}, '/tmp/context:/root/.kube/config'],
    [{HOME: '/root', KUBECONFIG: ''}, '/tmp/context:/root/.kube/config'],
  ])('puts the file that chooses the context first, before %j', (env: Record<string, string>, kubeconfig) => {
    expect(childEnv(env, {contextFile: '/tmp/context'})['KUBECONFIG']).toBe(kubeconfig)
  })
})

import {expect, it} from 'vitest'

import {recognisedHint} from '../../src/tazuna/recognised-errors.ts'

/** The texts of tazuna and its libraries, and a word of the hint that names the fix. */
it.each([
  ['invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER', 'KUBECONFIG'],
  ['could not locate a kubeconfig', 'KUBECONFIG'],
  [
    'failed to get state for manifest "web": failed to get state ConfigMap tazuna-state-web: configmaps "tazuna-state-web" is forbidden: User "x" cannot get resource "configmaps"',
    'grant',
  ],
  [
    'failed to get state for manifest "web": Get "https://10.0.0.1/api": dial tcp 10.0.0.1:443: connect: connection refused',
    'cannot be reached',
  ],
  ['failed to get state for manifest "web": dial tcp: lookup api.example: no such host', 'cannot be reached'],
  ['failed to get state for manifest "web": Unauthorized', 'renew'],
  ['failed to get state for manifest "web": tls: x509: certificate signed by unknown authority', 'CA'],
  ['context "two" does not exist', 'kubeContext'],
  [
    'failed to get state for manifest "web": failed to parse state entry for key "K": invalid character',
    'apply the Manifest again',
  ],
  ['this tazuna.yaml requires tazuna >= 0.5.0, but the running tazuna is 0.4.4; please upgrade tazuna', 'upgrade'],
  ['failed to parse tazuna.yaml as a Go template: template: x', 'template'],
  ['error converting YAML to JSON: yaml: line 3: did not find expected key', 'YAML'],
  ['error unmarshaling JSON: cannot unmarshal string', 'YAML'],
  [
    'failed to setup managers: failed to register provider[0] "op": explicit "onepassword" type is not supported yet',
    'spec.providers|1Password',
  ],
  ['provider "vault" not found (registered: [default-op])', 'spec.providers'],
  [
    'failed to construct helmfile vars for manifest web: helmfile var K has From env but environment variable E is not set',
    'environment',
  ],
  [
    'failed to construct helmfile vars for manifest web: helmfile var has From op but OnePassword client is not set',
    '1Password',
  ],
  ['failed to build manifest "web": oras: pull "REF": oras pull: resolve "REF": 401', 'registry'],
  ['failed to build manifest "web": failed to render release "r": failed to load chart charts/x', 'chart'],
  ['failed to build manifest "web": failed to pull chart C from repository "A" (https://x)', 'chart'],
  ['manager parallel not found', 'type'],
  [
    `failed to build manifest "web": unable to find one of 'kustomization.yaml', 'kustomization.yml'`,
    'kustomization.yaml',
  ],
  ['open tazuna.yaml: no such file or directory', 'missing'],
  ['unknown flag: --environment', '-e'],
  [`unknown shorthand flag: 'e' in -e`, '-e'],
  ['unknown flag: --tags', 'version'],
  ['unknown command "state" for "tazuna"', 'version'],
  [
    'panic: runtime error: invalid memory address\n\ngoroutine 1:\ngithub.com/pepabo/tazuna/pkg/secret.(*OnePasswordProvider).Fetch(0x0)',
    '1Password',
  ],
])('knows what to do about %s', (text, word) => {
  expect(recognisedHint(text)).toMatch(new RegExp(word))
})

it('has no hint for what it does not know', () => {
  expect(recognisedHint('something else went wrong')).toBeNull()
})

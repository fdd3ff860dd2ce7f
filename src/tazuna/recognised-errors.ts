/**
 * Errors of tazuna that we know, and what to do about each. The first that matches wins. Texts: facts of tazuna's
 * source (pkg/runner, pkg/manager, cmd/root.go) and of the libraries it uses.
 */
const recognised: readonly {pattern: RegExp; hint: string}[] = [
  {
    pattern: /context "?[^"]+"? does not exist/,
    hint: 'this context is not in the kubeconfig: check tazuna.kubeContext with `kubectl config get-contexts`',
  },
  {
    pattern: /OnePassword|onepassword/,
    hint: 'tazuna state diff cannot ask 1Password: give the GenesisSecret an envfile provider, or keep it in a tazuna.yaml of its own that is not watched',
  },
  {
    pattern: /unknown flag: (?:-e|--environment)|unknown shorthand flag: 'e'/,
    hint: 'this tazuna has no -e: upgrade it, or drop tazuna.environment',
  },
  {
    pattern: /unknown (?:flag|shorthand flag|command)/,
    hint: 'this tazuna is too old or too new: check `tazuna --version`',
  },
  {
    pattern: /no configuration has been provided|could not locate a kubeconfig/,
    hint: 'there is no kubeconfig: set KUBECONFIG, or run in a pod with a service account token',
  },
  {
    pattern: /forbidden: User "/,
    hint: 'grant this user `get` on `configmaps` in namespace `tazuna`',
  },
  {
    pattern: /connection refused|no such host|i\/o timeout|network is unreachable|context deadline exceeded/,
    hint: 'the API server (or a chart repository) cannot be reached: check KUBECONFIG, network policy and proxy',
  },
  {
    pattern: /Unauthorized|the server has asked for the client to provide credentials/,
    hint: 'the credentials of the kubeconfig were refused: renew them',
  },
  {pattern: /x509: /, hint: 'the certificate of the API server is not trusted: check the CA in the kubeconfig'},
  {pattern: /this tazuna\.yaml requires tazuna >= /, hint: 'upgrade tazuna: this tazuna.yaml asks for a newer one'},
  {
    pattern: /failed to parse state (?:entry|metadata)/,
    hint: 'the State ConfigMap of this Manifest is damaged: apply the Manifest again',
  },
  {pattern: /as a Go template/, hint: 'mend the template in tazuna.yaml, or set tazuna.environment'},
  {
    pattern: /error converting YAML to JSON|error unmarshaling JSON/,
    hint: 'mend the YAML: `tazuna check` shows the place',
  },
  {
    pattern: /failed to setup managers|provider ".*" not found/,
    hint: 'mend spec.providers in tazuna.yaml: one bad provider stops every Manifest',
  },
  {
    pattern: /environment variable \S+ is not set/,
    hint: 'set the variable that helmfile.yaml asks for in the environment of tazuna-watch',
  },
  {
    pattern: /has From op but OnePassword client is not set/,
    hint: 'tazuna state diff cannot ask 1Password: use `from: env` here',
  },
  {
    pattern: /oras: pull/,
    hint: 'the artifact of this Manifest cannot be pulled: check its reference and the registry login',
  },
  {
    pattern: /failed to (?:load|pull) (?:oci )?chart|failed to render release/,
    hint: 'the chart of this Manifest cannot be rendered: run `tazuna build` in the source folder',
  },
  {pattern: /manager \S+ not found/, hint: 'this tazuna does not know the type of this Manifest'},
  {
    pattern: /unable to find one of 'kustomization/,
    hint: 'the folder of this Manifest has no kustomization.yaml: is it part of the source?',
  },
  {pattern: /no such file or directory/, hint: 'a file that tazuna.yaml names is missing: is it part of the source?'},
]

/** What to do about an error text or panic of tazuna; null when it is not a known one. */
export function recognisedHint(text: string): string | null {
  return recognised.find(({pattern}) => pattern.test(text))?.hint ?? null
}

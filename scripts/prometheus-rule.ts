/**
 * The rules as a `PrometheusRule` for the operator of Prometheus: the rule file is its `spec`, as it is written.
 * https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusRule
 */
export function prometheusRule(rules: string): string {
  const start = rules.indexOf('groups:\n')
  if (start === -1) throw new Error('the rules have no groups')
  return header + rules.slice(start).replaceAll(/^(?=.)/gm, '  ')
}

const header = `# Made from rules.yaml by \`npm run generate\`: change that one, and read there what to do before you load it.
#
# The operator takes this only if its labels fit \`spec.ruleSelector\` of your Prometheus, and its namespace fits
# \`spec.ruleNamespaceSelector\`:
#
#   kubectl get prometheus --all-namespaces --output yaml | grep -A 4 -E 'rule(Namespace)?Selector'
#
# With kube-prometheus-stack that is \`release\` with the name of your Helm release. The operator must be 0.66 or newer.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: tazuna-watch
  labels:
    release: kube-prometheus-stack
spec:
`

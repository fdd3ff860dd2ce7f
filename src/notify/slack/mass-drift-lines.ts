import type {MassDriftNotice} from '../../model/notice.ts'

/** What to look at when State is missing, or Manifests are gone, nearly everywhere: there is no list of them. */
export function massDriftLines(massDrift: MassDriftNotice | null): string[] {
  if (massDrift === null) return []
  const source = ['the source: is it the right artifact or folder, and the right `tazuna.yaml` in it?']
  const cluster = [
    'the kubeconfig context: `kubectl config current-context`, or `tazuna.kubeContext` of the config',
    '`cluster` in the config: is it the name of the cluster that this runs against?',
    'the State: `kubectl -n tazuna get configmaps` lists one `tazuna-state-NAME` per Manifest',
  ]
  const checks = massDrift.kind === 'all-gone' ? [...source, ...cluster] : [...cluster, ...source]
  return [
    '*What to check*, in this order:',
    ...checks.map(check => `• ${check}`),
    'Nothing is told of single Manifests while this lasts, and nothing counts as settled.',
  ]
}

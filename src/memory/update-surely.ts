import type {Kube} from '../kube/client.ts'
import type {ConfigMap} from '../kube/config-map.ts'
import type {KubeResult} from '../kube/result.ts'

const attempts = 3

/**
 * Updates a ConfigMap from `before` to `after`. Where it is not known whether an update was done (no answer, or a 5xx),
 * the ConfigMap itself tells: it is read again, and what was not done is tried again.
 */
export async function updateSurely(
  kube: Kube,
  before: ConfigMap,
  after: ConfigMap,
  signal: AbortSignal,
): Promise<KubeResult<ConfigMap>> {
  const {namespace, name} = before.metadata
  let isDoubtful = false
  for (let attempt = 1; ; attempt += 1) {
    const result = await kube.updateConfigMap(after, signal)
    if (result.ok) return result
    isDoubtful ||= result.mayHaveArrived
    if (!isDoubtful) return result
    const found = await kube.getConfigMap(namespace, name, signal)
    if (!found.ok) return result.kind === 'conflict' ? found : result
    if (isSame(found.value, after)) return found
    const isUntouched = found.value.metadata.resourceVersion === before.metadata.resourceVersion
    if (!isUntouched) return {...result, kind: 'conflict'}
    if (attempt >= attempts) return result
  }
}

function isSame(found: ConfigMap, wanted: ConfigMap): boolean {
  const values = Object.entries(wanted.binaryData)
  return found.metadata.uid === wanted.metadata.uid && values.every(([key, value]) => found.binaryData[key] === value)
}

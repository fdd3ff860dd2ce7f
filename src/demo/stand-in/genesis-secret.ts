import {TazunaError, type Era} from './go-error.ts'
import {listField, mappingField, textField, toMapping, type Mapping} from './json-fields.ts'
import type {SecretProvider} from './secret-providers.ts'
import {parseYaml, readText} from './yaml.ts'

/**
 * The Secrets that a GenesisSecret file renders to (facts 4.4): the first output in early versions, every
 * `kubernetesSecret` output in late ones. The values are in `stringData`, as rendered and hashed by tazuna.
 */
export async function renderGenesisSecret(
  path: string,
  providers: ReadonlyMap<string, SecretProvider>,
  era: Era,
): Promise<unknown[]> {
  const [document] = await parseYaml(readText(path))
  const spec = mappingField(toMapping(document ?? {}, '', 'v1.GenesisSecret'), 'spec', 'GenesisSecret')
  const name = textField(spec, 'provider', 'GenesisSecretSpec') || 'default-op'
  const provider = providers.get(name)
  if (provider === undefined) {
    const registered = [...providers.keys()].toSorted().join(', ')
    throw new TazunaError(`provider ${JSON.stringify(name)} not found (registered: ${registered})`)
  }
  const values: Record<string, string> = {}
  for (const secret of listField(spec, 'secrets', 'GenesisSecretSpec', '[]v1.GenesisSecretGenerate')) {
    Object.assign(values, provider(toMapping(secret, 'secrets', 'v1.GenesisSecretGenerate')))
  }
  const outputs = listField(spec, 'outputs', 'GenesisSecretSpec', '[]v1.GenesisSecretOutput')
  if (outputs.length === 0) throw new TazunaError('no outputs defined')
  return (era === 'early' ? outputs.slice(0, 1) : outputs).flatMap(output =>
    toSecret(toMapping(output, 'outputs', 'v1.GenesisSecretOutput'), values),
  )
}

function toSecret(output: Mapping, values: Readonly<Record<string, string>>): Mapping[] {
  const isStdout = 'stdout' in output
  if (isStdout === 'kubernetesSecret' in output) {
    throw new TazunaError(
      isStdout
        ? 'output cannot specify both stdout and kubernetesSecret'
        : 'output must specify either stdout or kubernetesSecret',
    )
  }
  if (isStdout) return []
  const secret = mappingField(output, 'kubernetesSecret', 'GenesisSecretOutput')
  const labels = mappingField(secret, 'labels', 'KubernetesSecret')
  const annotations = mappingField(secret, 'annotations', 'KubernetesSecret')
  const namespace = textField(secret, 'namespace', 'KubernetesSecret')
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: textField(secret, 'name', 'KubernetesSecret'),
        ...(namespace !== '' && {namespace}),
        ...(Object.keys(labels).length > 0 && {labels}),
        ...(Object.keys(annotations).length > 0 && {annotations}),
      },
      ...(Object.keys(values).length > 0 && {stringData: values}),
      type: textField(secret, 'type', 'KubernetesSecret') || 'Opaque',
    },
  ]
}

import {TazunaError, type Era} from './go-error.ts'
import {goQuote} from './go-quote.ts'
import {mappingField, mappingsField, textField, toMapping, type Mapping} from './json-fields.ts'
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
  const [document] = await parseYaml(readText(path), 'sigs')
  const root = toMapping(document, '', 'v1.GenesisSecret')
  const spec = mappingField(root, 'spec', 'GenesisSecret', 'v1.GenesisSecretSpec')
  const name = textField(spec, 'provider', specWhere) || 'default-op'
  const provider = providers.get(name)
  if (provider === undefined) {
    const registered = [...providers.keys()].toSorted().join(', ')
    throw new TazunaError(`provider ${goQuote(name)} not found (registered: ${registered})`)
  }
  const values: Record<string, string> = {}
  for (const secret of mappingsField(spec, 'secrets', specWhere, 'v1.GenesisSecretGenerate')) {
    Object.assign(values, provider(secret))
  }
  const outputs = mappingsField(spec, 'outputs', specWhere, 'v1.GenesisSecretOutput')
  if (outputs.length === 0) throw new TazunaError('no outputs defined')
  return (era === 'early' ? outputs.slice(0, 1) : outputs).flatMap(output => toSecret(output, values))
}

const specWhere = 'GenesisSecretSpec.spec'

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
  const where = 'GenesisSecretOutputKubernetesSecret.spec.outputs.kubernetesSecret'
  const secret = toMapping(output['kubernetesSecret'], where, 'v1.GenesisSecretOutputKubernetesSecret')
  const labels = mappingField(secret, 'labels', where, 'map[string]string')
  const annotations = mappingField(secret, 'annotations', where, 'map[string]string')
  const namespace = textField(secret, 'namespace', where)
  return [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: textField(secret, 'name', where),
        ...(namespace !== '' && {namespace}),
        ...(Object.keys(labels).length > 0 && {labels}),
        ...(Object.keys(annotations).length > 0 && {annotations}),
      },
      ...(Object.keys(values).length > 0 && {stringData: values}),
      type: textField(secret, 'type', where) || 'Opaque',
    },
  ]
}

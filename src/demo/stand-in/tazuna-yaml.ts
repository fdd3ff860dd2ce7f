import {dirname} from 'node:path'
import {TazunaError, wrapped, type Era} from './go-error.ts'
import {joinPath} from './join-path.ts'
import {mappingField, mappingsField, textField, toMapping, type Mapping} from './json-fields.ts'
import {checkSupportedVersion} from './supported-version.ts'
import {renderTemplate} from './template.ts'
import {parseYaml, readText} from './yaml.ts'

/** One entry of `spec.manifests`; `path` is joined to the folder of tazuna.yaml. */
export type ManifestSpec = {
  /** Empty when unnamed. */
  readonly name: string
  readonly type: string
  readonly path: string
  readonly defaultNamespace: string
  /** The reference of `type: oras`; null without an `oras` spec. */
  readonly orasReference: string | null
}

/** One entry of `spec.providers`, as declared. */
export type ProviderSpec = {readonly name: string; readonly type: string; readonly envFile: string}

/** What the commands need of tazuna.yaml; `expandIncludes` makes the Manifests of its entries. */
export type Tazuna = {readonly entries: readonly Mapping[]; readonly providers: readonly ProviderSpec[]}

/** How tazuna.yaml is read: late versions render it as a template first and know a least version. */
export type Reading = {readonly era: Era; readonly environment: string; readonly version: string}

/** Reads tazuna.yaml. Throws a `TazunaError`. */
export async function loadTazuna(file: string, reading: Reading): Promise<Tazuna> {
  const spec = await parseSpec(rendered(file, readText(file), reading))
  if (reading.era === 'late') {
    checkSupportedVersion(textField(spec, 'minimumSupportedTazunaVersion', 'TazunaSpec.spec'), reading.version)
  }
  const where = 'ProviderConfig.spec.providers'
  return {
    entries: entriesOf(spec),
    providers: mappingsField(spec, 'providers', 'TazunaSpec.spec', 'v1.ProviderConfig').map(provider => ({
      name: textField(provider, 'name', where),
      type: textField(provider, 'type', where),
      envFile: textField(
        mappingField(provider, 'envfile', where, 'v1.EnvFileProviderConfig'),
        'path',
        'EnvFileProviderConfig.spec.providers.envfile',
      ),
    })),
  }
}

/**
 * The Manifests in order, each including entry replaced by those of its files. Paths in an included file are relative
 * to the folder of tazuna.yaml, too (facts 4.5). Throws a `TazunaError`.
 */
export async function expandIncludes(tazuna: Tazuna, file: string, reading: Reading): Promise<ManifestSpec[]> {
  const folder = dirname(file)
  const manifests: ManifestSpec[] = []
  for (const entry of tazuna.entries) {
    const includes = includesOf(entry)
    if (includes.length === 0) manifests.push(toManifest(entry, folder))
    for (const include of includes) {
      const path = joinPath(folder, textField(include, 'path', 'IncludeFile.spec.manifests.includes'))
      const included = await readInclude(path, reading)
      manifests.push(...included.map(one => toManifest(one, folder)))
    }
  }
  return manifests
}

async function readInclude(path: string, reading: Reading): Promise<readonly Mapping[]> {
  let text: string
  try {
    text = readText(path)
  } catch (error) {
    throw wrapped(`failed to open include file: ${path}`, error)
  }
  let entries: readonly Mapping[]
  try {
    entries = entriesOf(await parseSpec(rendered(path, text, reading)))
  } catch (error) {
    throw wrapped(`failed to parse include file: ${path}`, error)
  }
  if (entries.some(entry => includesOf(entry).length > 0)) {
    throw new TazunaError(`nested includes are not allowed in include file: ${path}`)
  }
  return entries
}

function rendered(path: string, text: string, {era, environment}: Reading): string {
  return era === 'early' ? text : renderTemplate(path, text, environment)
}

async function parseSpec(text: string): Promise<Mapping> {
  let document: unknown
  try {
    ;[document] = await parseYaml(text, 'sigs')
  } catch (error) {
    throw wrapped('error converting YAML to JSON', error)
  }
  return mappingField(toMapping(document, '', 'v1.Tazuna'), 'spec', 'Tazuna', 'v1.TazunaSpec')
}

function entriesOf(spec: Mapping): readonly Mapping[] {
  return mappingsField(spec, 'manifests', 'TazunaSpec.spec', 'v1.Manifest')
}

function includesOf(entry: Mapping): readonly Mapping[] {
  return mappingsField(entry, 'includes', manifestWhere, 'v1.IncludeFile')
}

function toManifest(entry: Mapping, folder: string): ManifestSpec {
  const type = textField(entry, 'type', manifestWhere)
  const oras = mappingField(entry, 'oras', manifestWhere, 'v1.ManifestORAS')
  return {
    name: textField(entry, 'name', manifestWhere),
    type,
    path: joinPath(folder, textField(entry, 'path', manifestWhere)),
    defaultNamespace:
      type === 'kustomize' || type === 'helmfile'
        ? textField(
            mappingField(entry, type, manifestWhere, 'v1.ManifestKustomize'),
            'defaultNamespace',
            `${manifestWhere}.${type}`,
          )
        : '',
    orasReference: 'oras' in entry ? textField(oras, 'reference', 'ManifestORAS.spec.manifests.oras') : null,
  }
}

const manifestWhere = 'Manifest.spec.manifests'

import {dirname} from 'node:path'
import {TazunaError, wrapped, type Era} from './go-error.ts'
import {joinPath} from './join-path.ts'
import {listField, mappingField, textField, toMapping, type Mapping} from './json-fields.ts'
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

/** What the commands need of tazuna.yaml, with includes still to be expanded by `expandIncludes`. */
export type Tazuna = {
  readonly manifests: readonly Mapping[]
  readonly providers: readonly ProviderSpec[]
}

/** How tazuna.yaml is read: late versions render it as a template first. */
export type Reading = {readonly era: Era; readonly environment: string; readonly version: string}

/** Reads tazuna.yaml. Throws a `TazunaError`. */
export async function loadTazuna(file: string, {era, environment, version}: Reading): Promise<Tazuna> {
  const text = readText(file)
  const spec = await parseSpec(era === 'early' ? text : renderTemplate(file, text, environment))
  if (era === 'late') checkSupportedVersion(textField(spec, 'minimumSupportedTazunaVersion', 'TazunaSpec'), version)
  return {
    manifests: manifestsOf(spec),
    providers: listField(spec, 'providers', 'TazunaSpec', '[]v1.ProviderConfig').map(value => {
      const provider = toMapping(value, 'TazunaSpec.spec.providers', 'v1.ProviderConfig')
      const envFile = mappingField(provider, 'envfile', 'ProviderConfig')
      return {
        name: textField(provider, 'name', 'ProviderConfig'),
        type: textField(provider, 'type', 'ProviderConfig'),
        envFile: textField(envFile, 'path', 'ProviderEnvFile'),
      }
    }),
  }
}

/**
 * The Manifests in order, each including entry replaced by those of its files. Paths in an included file are relative
 * to the folder of tazuna.yaml, too (facts 4.5). Throws a `TazunaError`.
 */
export async function expandIncludes(
  tazuna: Tazuna,
  file: string,
  {era, environment}: Reading,
): Promise<ManifestSpec[]> {
  const folder = dirname(file)
  const manifests: ManifestSpec[] = []
  for (const manifest of tazuna.manifests) {
    const includes = listField(manifest, 'includes', 'Manifest', '[]v1.IncludeFile')
    if (includes.length === 0) manifests.push(toManifest(manifest, folder))
    for (const include of includes) {
      const path = joinPath(folder, textField(toMapping(include, 'includes', 'v1.IncludeFile'), 'path', 'IncludeFile'))
      const included = await readInclude(path, era === 'early' ? undefined : environment)
      manifests.push(...included.map(one => toManifest(one, folder)))
    }
  }
  return manifests
}

async function readInclude(path: string, environment: string | undefined): Promise<Mapping[]> {
  let text: string
  try {
    text = readText(path)
  } catch (error) {
    throw wrapped(`failed to open include file: ${path}`, error)
  }
  try {
    const spec = await parseSpec(environment === undefined ? text : renderTemplate(path, text, environment))
    const manifests = manifestsOf(spec)
    if (!manifests.some(manifest => 'includes' in manifest)) return manifests
  } catch (error) {
    throw wrapped(`failed to parse include file: ${path}`, error)
  }
  throw new TazunaError(`nested includes are not allowed in include file: ${path}`)
}

async function parseSpec(text: string): Promise<Mapping> {
  let document: unknown
  try {
    ;[document] = await parseYaml(text)
  } catch (error) {
    throw wrapped('error converting YAML to JSON', error)
  }
  return mappingField(toMapping(document ?? {}, '', 'v1.Tazuna'), 'spec', 'Tazuna')
}

function manifestsOf(spec: Mapping): Mapping[] {
  return listField(spec, 'manifests', 'TazunaSpec', '[]v1.Manifest').map(manifest =>
    toMapping(manifest, 'TazunaSpec.spec.manifests', 'v1.Manifest'),
  )
}

function toManifest(manifest: Mapping, folder: string): ManifestSpec {
  const type = textField(manifest, 'type', 'Manifest')
  const oras = manifest['oras']
  return {
    name: textField(manifest, 'name', 'Manifest'),
    type,
    path: joinPath(folder, textField(manifest, 'path', 'Manifest')),
    defaultNamespace:
      type === 'kustomize' || type === 'helmfile'
        ? textField(mappingField(manifest, type, 'Manifest'), 'defaultNamespace', 'Manifest')
        : '',
    orasReference:
      oras === undefined || oras === null
        ? null
        : textField(mappingField(manifest, 'oras', 'Manifest'), 'reference', 'Manifest'),
  }
}

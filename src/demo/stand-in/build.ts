import {existsSync, statSync} from 'node:fs'
import {contentHash} from './content-hash.ts'
import {renderGenesisSecret} from './genesis-secret.ts'
import {TazunaError, wrapped, type Era} from './go-error.ts'
import {goQuote} from './go-quote.ts'
import {joinPath} from './join-path.ts'
import {renderKustomize} from './kustomize.ts'
import {stateKeyOf, toObjects} from './objects.ts'
import type {SecretProvider} from './secret-providers.ts'
import type {StateEntries} from './state-data.ts'
import type {ManifestSpec} from './tazuna-yaml.ts'

/**
 * Renders one Manifest and hashes its objects; of two objects with one key the last one wins. Throws a `TazunaError`
 * that names the Manifest, and a `GoPanic` for a GenesisSecret that needs the missing 1Password client.
 */
export async function buildEntries(
  manifest: ManifestSpec,
  providers: ReadonlyMap<string, SecretProvider>,
  era: Era,
): Promise<StateEntries> {
  let documents: unknown[]
  try {
    documents = await render(manifest, providers, era)
  } catch (error) {
    throw wrapped(`failed to build manifest ${goQuote(manifest.name)}`, error)
  }
  try {
    const objects = toObjects(documents, manifest.defaultNamespace)
    return new Map(objects.map(object => [stateKeyOf(manifest.name, object), contentHash(object)]))
  } catch (error) {
    throw wrapped(`failed to convert manifests to objects for ${goQuote(manifest.name)}`, error)
  }
}

/** Whether this version has a manager for the type; `parallel` is gone in late versions (facts 4.6). */
export function hasManager(type: string): boolean {
  return managers.has(type)
}

const managers = new Set(['kustomize', 'genesissecret', 'helmfile', 'oras'])

async function render(
  manifest: ManifestSpec,
  providers: ReadonlyMap<string, SecretProvider>,
  era: Era,
): Promise<unknown[]> {
  if (manifest.type === 'kustomize') return renderKustomize(manifest.path)
  if (manifest.type === 'genesissecret') return renderGenesisSecret(manifest.path, providers, era)
  throw manifest.type === 'helmfile' ? helmfileError(manifest.path) : orasError(manifest)
}

/** The stand-in renders no charts: the errors of a missing helmfile, or of a chart that cannot be loaded. */
function helmfileError(path: string): TazunaError {
  if (!existsSync(path)) {
    return new TazunaError(`failed to stat helmfile path ${path}: stat ${path}: no such file or directory`)
  }
  const names = ['helmfile.yaml.gotmpl', 'helmfile.yaml', 'helmfile.yml.gotmpl', 'helmfile.yml']
  if (statSync(path).isDirectory() && !names.some(name => existsSync(joinPath(path, name)))) {
    return new TazunaError(`no helmfile found in directory ${path} (looked for [${names.join(' ')}])`)
  }
  return new TazunaError('the stand-in renders no charts')
}

function orasError({name, orasReference}: ManifestSpec): TazunaError {
  return orasReference === null
    ? new TazunaError(`oras: manifest ${goQuote(name)} has no oras spec`)
    : new TazunaError(`oras: pull ${goQuote(orasReference)}: the stand-in pulls no artifacts`)
}

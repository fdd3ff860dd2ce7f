import {mkdir, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'
import {writeState} from '../../src/demo/stand-in/apply.ts'
import {contentHash} from '../../src/demo/stand-in/content-hash.ts'
import {stateKeyOf} from '../../src/demo/stand-in/objects.ts'
import type {StateData} from '../../src/demo/stand-in/state-data.ts'

/** A Kubernetes object as rendered. */
export type KubeObject = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {readonly name: string; readonly namespace?: string}
  readonly [field: string]: unknown
}

/** One Manifest of a source: its objects (a kustomize folder), or its entry of tazuna.yaml as it is. */
export type ManifestSource = readonly KubeObject[] | Readonly<Record<string, unknown>>

/** Manifests by name; as a list of pairs for two of one name, or for an unnamed one (`''`). */
export type Manifests =
  | Readonly<Record<string, ManifestSource>>
  | readonly (readonly [name: string, source: ManifestSource])[]

/** A Deployment; `replicas` is what to change to make it `modified`. */
export function deployment(namespace: string, name: string, replicas = 1): KubeObject {
  return {apiVersion: 'apps/v1', kind: 'Deployment', metadata: {name, namespace}, spec: {replicas}}
}

export function configMap(namespace: string, name: string, data: Readonly<Record<string, string>> = {}): KubeObject {
  return {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name, namespace}, data}
}

/** Cluster-scoped: four parts. */
export function clusterRole(name: string, rules: readonly unknown[] = []): KubeObject {
  return {apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: {name}, rules}
}

export function secret(namespace: string, name: string, stringData: Readonly<Record<string, string>> = {}): KubeObject {
  return {apiVersion: 'v1', kind: 'Secret', metadata: {name, namespace}, stringData, type: 'Opaque'}
}

/** A GenesisSecret Manifest that yields one Secret without values: one always-sync row. */
export function genesisSecret(namespace: string, name: string): ManifestSource {
  const outputs = [{kubernetesSecret: {namespace, name}}]
  return {type: 'genesissecret', genesisSecret: {spec: {secrets: [], outputs}}}
}

/** The same with a value from the default 1Password provider, for which `state diff` panics. */
export function onePasswordSecret(namespace: string, name: string): ManifestSource {
  const secrets = [{uri: 'op://acme.1password.com/vault/item', items: {password: {mapTo: 'password'}}}]
  const outputs = [{kubernetesSecret: {namespace, name}}]
  return {type: 'genesissecret', genesisSecret: {spec: {secrets, outputs}}}
}

/**
 * Writes a source folder: tazuna.yaml and a kustomize folder per Manifest, or for a GenesisSecret its file. `spec` is
 * added to that of tazuna.yaml. Returns the path of tazuna.yaml. The files are JSON, which is YAML, too, and faster.
 */
export async function writeSource(
  folder: string,
  manifests: Manifests,
  spec: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const entries: Readonly<Record<string, unknown>>[] = []
  const taken = new Set<string>()
  for (const [index, [name, source]] of toPairs(manifests).entries()) {
    const base = name || 'unnamed'
    const own = taken.has(base) ? `${base}-${index}` : base
    taken.add(own)
    const named = name === '' ? {} : {name}
    if (isObjects(source)) {
      await writeKustomize(join(folder, own), source)
      entries.push({...named, type: 'kustomize', path: own})
    } else {
      const {genesisSecret, ...entry} = source
      if (genesisSecret !== undefined) await writeJson(join(folder, `${own}.yaml`), genesisSecret)
      entries.push({...named, ...(genesisSecret !== undefined && {path: `${own}.yaml`}), ...entry})
    }
  }
  const path = join(folder, 'tazuna.yaml')
  const header = {apiVersion: 'tazuna.pepabo.com/v1', kind: 'Tazuna'}
  await writeJson(path, {...header, spec: {...spec, manifests: entries}})
  return path
}

/** Writes a plain kustomize folder with these objects. */
export async function writeKustomize(folder: string, objects: readonly KubeObject[]): Promise<void> {
  const resources: string[] = []
  for (const [index, object] of objects.entries()) {
    const file = `${index}-${object.kind.toLowerCase()}.yaml`
    await writeJson(join(folder, file), object)
    resources.push(file)
  }
  await writeJson(join(folder, 'kustomization.yaml'), {resources})
}

/** When and at which commit the State of `writeApplied` was written, unless told otherwise. */
export const defaultApplied = {
  lastSyncedAt: '2026-11-19T22:01:00Z',
  gitCommitHash: '4f1c2d3e8f6a7b5c4d3e2f1a0b9c8d7e6f5a4b3c',
} as const

/** Writes State into a folder as if these objects had been applied. */
export async function writeApplied(
  stateDir: string,
  manifests: Readonly<Record<string, readonly KubeObject[]>>,
  applied: Omit<StateData, 'entries'> = defaultApplied,
): Promise<void> {
  for (const [name, objects] of Object.entries(manifests)) {
    await writeState(stateDir, name, stateOf(name, objects, applied))
  }
}

/** The State of a Manifest of which these objects were applied. */
export function stateOf(
  manifest: string,
  objects: readonly KubeObject[],
  applied: Omit<StateData, 'entries'> = defaultApplied,
): StateData {
  return {...applied, entries: new Map(objects.map(object => [stateKeyOf(manifest, object), contentHash(object)]))}
}

function toPairs(manifests: Manifests): readonly (readonly [string, ManifestSource])[] {
  return Array.isArray(manifests)
    ? (manifests as readonly (readonly [string, ManifestSource])[])
    : Object.entries(manifests as Readonly<Record<string, ManifestSource>>)
}

function isObjects(source: ManifestSource): source is readonly KubeObject[] {
  return Array.isArray(source)
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), {recursive: true})
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`)
}

import {existsSync, statSync} from 'node:fs'
import {resolve} from 'node:path'
import {TazunaError, wrapped} from './go-error.ts'
import {joinPath} from './join-path.ts'
import {listField, toMapping, type Mapping} from './json-fields.ts'
import {parseYaml, readText} from './yaml.ts'

/**
 * The documents of a plain kustomize folder, in order: `resources` only, files or further folders. Throws a
 * `TazunaError` for anything else, since half a rendering would look like drift.
 */
export async function renderKustomize(folder: string): Promise<unknown[]> {
  const file = kustomizationNames.map(name => joinPath(folder, name)).find(path => existsSync(path))
  if (file === undefined) {
    if (!existsSync(folder)) throw new TazunaError(missingRoot(folder))
    throw new TazunaError(
      "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' " +
        `in directory '${resolve(folder)}'`,
    )
  }
  const kustomization = await readKustomization(file)
  const unknown = Object.keys(kustomization).filter(field => !knownFields.has(field))
  if (unknown.length > 0) {
    throw new TazunaError(`the stand-in renders the field resources only, not ${unknown.join(', ')}: ${file}`)
  }
  const documents: unknown[] = []
  for (const resource of listField(kustomization, 'resources', 'Kustomization', '[]string')) {
    documents.push(...(await renderResource(folder, String(resource))))
  }
  return documents
}

async function readKustomization(file: string): Promise<Mapping> {
  try {
    const [document] = await parseYaml(readText(file), 'kustomize')
    return toMapping(document, '', 'types.Kustomization')
  } catch (error) {
    throw wrapped('invalid Kustomization', error)
  }
}

const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
const knownFields = new Set(['apiVersion', 'kind', 'metadata', 'resources'])

async function renderResource(folder: string, resource: string): Promise<unknown[]> {
  const path = joinPath(folder, resource)
  if (!existsSync(path)) {
    throw new TazunaError(
      `accumulating resources: accumulation err='accumulating resources from '${resource}': ` +
        `${missingLink(path)}': ${missingRoot(path)}`,
    )
  }
  if (statSync(path).isDirectory()) return renderKustomize(path)
  try {
    return await parseYaml(readText(path), 'kustomize')
  } catch (error) {
    if (!(error instanceof TazunaError)) throw error
    throw new TazunaError(
      'accumulating resources',
      `accumulating resources from '${resource}'`,
      `MalformedYAMLError: ${error.message} in File: ${resource}`,
    )
  }
}

function missingRoot(path: string): string {
  return `must build at directory: not a valid directory: ${missingLink(path)}`
}

function missingLink(path: string): string {
  return `evalsymlink failure on '${resolve(path)}' : lstat ${resolve(path)}: no such file or directory`
}

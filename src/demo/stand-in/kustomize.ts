import {existsSync, statSync} from 'node:fs'
import {resolve} from 'node:path'
import {TazunaError, wrapped} from './go-error.ts'
import {joinPath} from './join-path.ts'
import {listField, toMapping} from './json-fields.ts'
import {parseYaml, readText} from './yaml.ts'

/**
 * The documents of a plain kustomize folder, in order: `resources` only, files or further folders. Throws a
 * `TazunaError` for anything else, since half a rendering would look like drift.
 */
export async function renderKustomize(folder: string): Promise<unknown[]> {
  const file = kustomizationNames.map(name => joinPath(folder, name)).find(path => existsSync(path))
  if (file === undefined) {
    if (!existsSync(folder)) throw new TazunaError(`lstat ${resolve(folder)}: no such file or directory`)
    throw new TazunaError(
      "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' " +
        `in directory '${resolve(folder)}'`,
    )
  }
  const [document] = await parseYaml(readText(file))
  const kustomization = toMapping(document ?? {}, '', 'types.Kustomization')
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

const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
const knownFields = new Set(['apiVersion', 'kind', 'metadata', 'resources'])

async function renderResource(folder: string, resource: string): Promise<unknown[]> {
  const path = joinPath(folder, resource)
  if (!existsSync(path)) {
    const missing = `lstat ${resolve(path)}: no such file or directory`
    throw new TazunaError(
      `accumulating resources: accumulation err='accumulating resources from '${resource}': ` +
        `evalsymlink failure on '${resolve(path)}' : ${missing}'`,
    )
  }
  if (statSync(path).isDirectory()) return renderKustomize(path)
  try {
    return await parseYaml(readText(path))
  } catch (error) {
    throw wrapped(`accumulating resources: accumulating resources from '${resource}'`, error)
  }
}

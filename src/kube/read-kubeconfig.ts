import {readFile} from 'node:fs/promises'

import {errorText} from '../errors.ts'
import {KubeConfigError} from './kube-config-error.ts'
import {kubeconfigSchema, type Kubeconfig} from './kubeconfig-schema.ts'

/** A kubeconfig and its absolute path, to whose folder its relative paths refer. */
export type KubeconfigFile = {readonly path: string; readonly content: Kubeconfig}

const hint = 'look at it with `kubectl config view`'

/** Reads kubeconfig files in order; one that is not there is left out. Throws `KubeConfigError`. */
export async function readKubeconfigs(paths: readonly string[]): Promise<KubeconfigFile[]> {
  const files: KubeconfigFile[] = []
  for (const path of paths) {
    const text = await readText(path)
    if (text !== null) files.push({path, content: await parseKubeconfig(text, path)})
  }
  return files
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new KubeConfigError(`reading the kubeconfig ${path}: ${errorText(error)}`, {cause: error, hint})
  }
}

/** No error quotes the text, nor has a cause that does: it holds secrets. */
async function parseKubeconfig(text: string, path: string): Promise<Kubeconfig> {
  const result = kubeconfigSchema.safeParse((await parseYaml(text, path)) ?? {}, {jitless: true})
  if (result.success) return result.data
  const [problem] = result.error.issues
  const where = (problem?.path ?? []).map(String).join('.')
  const what = [where, problem?.message ?? 'invalid'].filter(part => part !== '').join(': ')
  throw new KubeConfigError(`reading the kubeconfig ${path}: it is no kubeconfig: ${what}`, {hint})
}

/** As sigs.k8s.io/yaml reads it: YAML 1.1, but a date is text. */
async function parseYaml(text: string, path: string): Promise<unknown> {
  const {parseDocument, LineCounter} = await import('yaml')
  const lineCounter = new LineCounter()
  const document = parseDocument(text, {
    version: '1.1',
    customTags: tags => tags.filter(tag => !(typeof tag === 'string' ? tag : tag.tag).endsWith('timestamp')),
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter,
  })
  const [problem] = document.errors
  if (problem !== undefined) {
    const {line, col} = lineCounter.linePos(problem.pos[0])
    throw new KubeConfigError(
      `reading the kubeconfig ${path}: line ${line}, column ${col} is no YAML (${problem.code})`,
      {
        hint,
      },
    )
  }
  try {
    return document.toJS() as unknown
  } catch {
    throw new KubeConfigError(`reading the kubeconfig ${path}: it has an alias without anchor, or too many of them`, {
      hint,
    })
  }
}

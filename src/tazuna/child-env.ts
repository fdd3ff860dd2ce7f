import {delimiter, join, resolve} from 'node:path'

export type ChildEnvOptions = {
  env: NodeJS.ProcessEnv
  /** The working directory of ours, to which relative paths in the environment refer. */
  cwd: string
  /** Variables that hold secrets of ours. */
  secretNames: readonly string[]
  /** Those of them that tazuna gets all the same. */
  passEnv: readonly string[]
  /** A kubeconfig that only names the context to use, or null. */
  contextFile: string | null
  /** A fresh folder: tazuna never asks the registry again for a tag that it has cached. */
  cacheDir: string
}

const lists = new Set(['KUBECONFIG', 'XDG_CONFIG_DIRS', 'XDG_DATA_DIRS'])
const paths =
  /^(?:KUBECONFIG|DOCKER_CONFIG|XDG_(?:\w+_HOME|RUNTIME_DIR|CONFIG_DIRS|DATA_DIRS)|HELM_(?:\w+_HOME|\w+_CONFIG|\w+_CACHE|PLUGINS|KUBECAFILE))$/

/**
 * The environment of tazuna: ours without the variables that hold our secrets, with relative paths made absolute since
 * tazuna runs in the source folder, and with a fresh `XDG_CACHE_HOME`.
 */
export function toChildEnv(options: ChildEnvOptions): Record<string, string> {
  const {env, cwd, secretNames, passEnv, cacheDir, contextFile} = options
  const hidden = new Set(secretNames.filter(name => !passEnv.includes(name)))
  const child: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || hidden.has(name)) continue
    child[name] = paths.test(name) && value !== '' ? toAbsolute(name, value, cwd) : value
  }
  child['XDG_CACHE_HOME'] = cacheDir
  if (contextFile !== null) child['KUBECONFIG'] = withContext(contextFile, child)
  return child
}

/** The first file that names a current context decides (client-go: tools/clientcmd, loading order). */
function withContext(contextFile: string, {KUBECONFIG, HOME = ''}: Record<string, string>): string {
  return [contextFile, KUBECONFIG || join(HOME, '.kube', 'config')].join(delimiter)
}

function toAbsolute(name: string, value: string, cwd: string): string {
  if (!lists.has(name)) return resolve(cwd, value)
  return value
    .split(delimiter)
    .map(path => (path === '' ? path : resolve(cwd, path)))
    .join(delimiter)
}

import {delimiter, resolve} from 'node:path'

export type ChildEnvOptions = {
  env: NodeJS.ProcessEnv
  /** The working directory of ours, to which relative paths in the environment refer. */
  cwd: string
  /** Variables that hold secrets of ours. */
  secretNames: readonly string[]
  /** Those of them that tazuna gets all the same. */
  passEnv: readonly string[]
  /** A fresh folder: tazuna never asks the registry again for a tag that it has cached. */
  cacheDir: string
}

const lists = new Set(['KUBECONFIG', 'XDG_CONFIG_DIRS', 'XDG_DATA_DIRS'])
const paths = /^(?:KUBECONFIG|DOCKER_CONFIG|XDG_.*|HELM_.*(?:_HOME|_CONFIG|_CACHE|_PLUGINS))$/

/**
 * The environment of tazuna: ours without the variables that hold our secrets, with relative paths made absolute since
 * tazuna runs in the source folder, and with a fresh `XDG_CACHE_HOME`.
 */
export function toChildEnv({env, cwd, secretNames, passEnv, cacheDir}: ChildEnvOptions): Record<string, string> {
  const hidden = new Set(secretNames.filter(name => !passEnv.includes(name)))
  const child: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || hidden.has(name)) continue
    child[name] = paths.test(name) && value !== '' ? toAbsolute(name, value, cwd) : value
  }
  child['XDG_CACHE_HOME'] = cacheDir
  return child
}

function toAbsolute(name: string, value: string, cwd: string): string {
  if (!lists.has(name)) return resolve(cwd, value)
  return value
    .split(delimiter)
    .map(path => (path === '' ? path : resolve(cwd, path)))
    .join(delimiter)
}

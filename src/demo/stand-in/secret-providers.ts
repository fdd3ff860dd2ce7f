import {isAbsolute} from 'node:path'
import {GoPanic, TazunaError, wrapped} from './go-error.ts'
import {goQuote} from './go-quote.ts'
import {joinPath} from './join-path.ts'
import {mappingField, textField, toMapping, type Mapping} from './json-fields.ts'
import type {ProviderSpec} from './tazuna-yaml.ts'
import {readText} from './yaml.ts'

/** Fetches the values for one entry of a GenesisSecret's `spec.secrets`. */
export type SecretProvider = (secret: Mapping) => Record<string, string>

/** `default-op` and the declared providers by name; a bad one fails the whole command (facts 4.7). */
export function secretProviders(
  specs: readonly ProviderSpec[],
  folder: string,
  onePassword: 'nil' | 'placeholders',
): ReadonlyMap<string, SecretProvider> {
  const providers = new Map<string, SecretProvider>([
    ['default-op', onePassword === 'nil' ? nilOnePassword : placeholderOnePassword],
  ])
  for (const [index, spec] of specs.entries()) {
    const problem = problemOf(spec, providers)
    if (problem !== null) {
      const which = `provider[${index}] ${goQuote(spec.name)}`
      throw new TazunaError(`failed to setup managers: failed to register ${which}: ${problem}`)
    }
    const path = isAbsolute(spec.envFile) ? spec.envFile : joinPath(folder, spec.envFile)
    providers.set(spec.name, secret => pick(readEnvFile(path), secret))
  }
  return providers
}

function problemOf({name, type, envFile}: ProviderSpec, known: ReadonlyMap<string, unknown>): string | null {
  if (name === '') return 'provider name must not be empty'
  const quoted = goQuote(name)
  if (name === 'default-op') return `provider name ${quoted} is reserved`
  if (type === 'onepassword') {
    return `provider ${quoted}: explicit "onepassword" type is not supported yet; use the built-in "default-op" instead`
  }
  if (type === '') return `provider ${quoted}: type is required`
  if (type !== 'envfile') return `provider ${quoted}: unsupported type ${goQuote(type)}`
  if (envFile === '') return `provider ${quoted} (envfile): envfile.path is required`
  return known.has(name) ? `provider ${quoted} is already registered` : null
}

/** `state diff` passes no 1Password client: the URI is parsed, then the nil client called (facts 4.4). */
function nilOnePassword(secret: Mapping): never {
  checkUri(secret)
  throw new GoPanic('nil 1Password client')
}

/** What `apply` gets from a real client is a value per item; here one that says so. */
function placeholderOnePassword(secret: Mapping): Record<string, string> {
  checkUri(secret)
  return pick(Object.fromEntries(Object.keys(itemsOf(secret)).map(key => [key, 'placeholder'])), secret)
}

function checkUri(secret: Mapping): void {
  const uri = textField(secret, 'uri', 'GenesisSecretGenerate.spec.secrets')
  if (/^op:\/\/[^/]+\/[^/]+\/[^/]+$/.test(uri)) return
  const problem = uri.startsWith('op://') ? 'is malformed' : 'must use op:// scheme'
  throw new TazunaError(`1Password URI ${goQuote(uri)} ${problem}, expected format is op://<host>/<vault>/<item>`)
}

function readEnvFile(path: string): Record<string, string> {
  let text: string
  try {
    text = readText(path)
  } catch (error) {
    throw wrapped(`failed to read envfile ${goQuote(path)}`, error)
  }
  const values: Record<string, string> = {}
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const equals = line.indexOf('=')
    if (equals <= 0) {
      const problem = `invalid envfile line ${index + 1}: ${goQuote(raw)}`
      throw new TazunaError(`failed to parse envfile ${goQuote(path)}: ${problem}`)
    }
    values[line.slice(0, equals).trim()] = line
      .slice(equals + 1)
      .trim()
      .replace(/^(["'])(.*)\1$/s, '$2')
  }
  return values
}

function pick(fetched: Readonly<Record<string, string>>, secret: Mapping): Record<string, string> {
  return Object.fromEntries(
    Object.entries(itemsOf(secret)).map(([key, item]) => {
      const value = fetched[key]
      if (value === undefined) throw new TazunaError(`key ${key} not found in fetched data`)
      return [textField(toMapping(item, itemsWhere, 'v1.GenesisSecretGenerateItem'), 'mapTo', itemsWhere), value]
    }),
  )
}

function itemsOf(secret: Mapping): Mapping {
  return mappingField(secret, 'items', 'GenesisSecretGenerate.spec.secrets', 'map[string]v1.GenesisSecretGenerateItem')
}

const itemsWhere = 'GenesisSecretGenerateItem.spec.secrets.items'

import {stringify} from 'yaml'

import type {SecretRef} from '../secret-ref.ts'
import type {Effective, Path} from './effective.ts'
import {withoutUser} from './without-user.ts'

export type ShowOptions = {
  /** Where a value comes from: `tazuna-watch.yaml:3`, `--cluster`. */
  readonly originOf: (path: Path) => string
  /** Whether a secret is there: `set`, `not readable`. */
  readonly stateOf: (ref: SecretRef) => string
}

/** The config as YAML, one value a line, with a comment where it comes from. URLs are shown without their user. */
export function renderConfig(config: Effective, options: ShowOptions): string {
  return `${linesOf(config, options).join('\n')}\n`
}

function linesOf(node: Effective, options: ShowOptions): string[] {
  switch (node.kind) {
    case 'map':
      return node.entries.flatMap(([key, child]) => underKey(key, linesOf(child, options), isLeaf(child)))
    case 'list':
      return node.items.flatMap(item => underDash(linesOf(item, options)))
    case 'secret':
      return [`${toYaml(node.ref)}  # ${options.stateOf(node.ref)}, ${options.originOf(node.path)}`]
    case 'value':
      return [`${toYaml(node.value)}  # ${node.isDefault ? 'default' : options.originOf(node.path)}`]
  }
}

function isLeaf({kind}: Effective): boolean {
  return kind === 'value' || kind === 'secret'
}

function underKey(key: string, lines: readonly string[], onSameLine: boolean): string[] {
  return onSameLine ? lines.map(line => `${key}: ${line}`) : [`${key}:`, ...lines.map(line => `  ${line}`)]
}

function underDash(lines: readonly string[]): string[] {
  return lines.map((line, index) => `${index === 0 ? '- ' : '  '}${line}`)
}

const oneLine = {lineWidth: 0, blockQuote: false, collectionStyle: 'flow', flowCollectionPadding: false} as const
const quoted = {
  ...oneLine,
  defaultStringType: 'QUOTE_DOUBLE',
  defaultKeyType: 'PLAIN',
  doubleQuotedAsJSON: true,
} as const

/** On one line, also a text of several. */
function toYaml(value: unknown): string {
  const text = stringify(value, oneLine).trimEnd()
  return withoutUser(text.includes('\n') ? stringify(value, quoted).trimEnd() : text)
}

import type {Era} from './go-error.ts'

/**
 * What cobra prints for the root command or for `state`: on stdout, with exit 0, also for words below them that this
 * binary does not know (facts 2).
 */
export function helpText(command: 'root' | 'state', era: Era): string {
  const path = command === 'root' ? 'tazuna' : 'tazuna state'
  const shared = era === 'late' ? sharedFlags : sharedFlags.filter(flag => earlyFlags.test(flag))
  const own = command === 'root' ? rootFlags : []
  const flags = [...shared, ...own].toSorted((a, b) => (longName(a) < longName(b) ? -1 : 1)).join('\n')
  const sections = [
    longTexts[command],
    `Usage:\n  ${path} [flags]\n  ${path} [command]`,
    `Available Commands:\n${commands[command].join('\n')}`,
    command === 'root' ? `Flags:\n${flags}` : `Flags:\n  -h, --help   help for state\n\nGlobal Flags:\n${flags}`,
    `Use "${path} [command] --help" for more information about a command.`,
  ]
  return `${sections.join('\n\n')}\n`
}

const longTexts = {
  root: 'A declarative manager for the resources of Kubernetes clusters.',
  state: 'Subcommands that operate on the tazuna state ConfigMap stored in the cluster.',
} as const

const commands = {
  root: [
    '  apply       Apply the manifests of tazuna.yaml',
    '  help        Help about any command',
    '  state       State management commands',
    '  version     Print version, commit, and build date',
  ],
  state: [
    '  diff        Show the diff between manifests and the cluster state',
    '  list        List the resources recorded in the cluster state',
  ],
} as const

const sharedFlags = [
  '  -e, --environment string     Environment name, {{ .Environment }} in tazuna.yaml',
  '  -f, --file-path string       Path to tazuna.yaml (default "tazuna.yaml")',
  '  -l, --log-level string       log level(debug/info/warn/error) (default "info")',
  '      --otlp-endpoint string   OTLP endpoint',
  '      --otlp-insecure          OTLP without TLS (default true)',
] as const

const rootFlags = [
  '  -h, --help                   help for tazuna',
  '  -v, --version                version for tazuna',
]

const earlyFlags = /--(?:file-path|log-level) /

function longName(flag: string): string {
  return flag.slice(flag.indexOf('--'))
}

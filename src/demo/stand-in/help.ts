import type {Era} from './go-error.ts'

/**
 * What cobra prints for the root command or for `state`: on stdout, with exit 0, also for words below them that this
 * binary does not know (facts 2).
 */
export function helpText(command: 'root' | 'state', era: Era): string {
  const path = command === 'root' ? 'tazuna' : 'tazuna state'
  const {long, commands, flags} = commandTexts[command]
  const global = [...globalFlags, ...(era === 'late' ? lateFlags : [])].toSorted()
  const sections = [
    long,
    `Usage:\n  ${path} [flags]\n  ${path} [command]`,
    `Available Commands:\n${commands.join('\n')}`,
    command === 'root'
      ? `Flags:\n${[...global, ...flags].join('\n')}`
      : `Flags:\n${flags.join('\n')}\n\nGlobal Flags:\n${global.join('\n')}`,
    `Use "${path} [command] --help" for more information about a command.`,
  ]
  return `${sections.join('\n\n')}\n`
}

const globalFlags = [
  '  -f, --file-path string       Path to tazuna.yaml (default "tazuna.yaml")',
  '  -l, --log-level string       log level(debug/info/warn/error) (default "info")',
]

const lateFlags = [
  '  -e, --environment string     Environment name, {{ .Environment }} in tazuna.yaml',
  '      --otlp-endpoint string   OTLP endpoint',
  '      --otlp-insecure          OTLP without TLS (default true)',
]

const commandTexts = {
  root: {
    long: 'A declarative manager for the resources of Kubernetes clusters.',
    commands: [
      '  apply       Apply the manifests of tazuna.yaml',
      '  help        Help about any command',
      '  state       State management commands',
      '  version     Print version, commit, and build date',
    ],
    flags: ['  -h, --help                   help for tazuna', '  -v, --version                version for tazuna'],
  },
  state: {
    long: 'Subcommands that operate on the tazuna state ConfigMap stored in the cluster.',
    commands: [
      '  diff        Show the diff between manifests and the cluster state',
      '  list        List the resources recorded in the cluster state',
    ],
    flags: ['  -h, --help   help for state'],
  },
} as const

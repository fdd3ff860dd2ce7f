import {Help, type Option} from 'commander'

import {exitCodes} from './model/exit-code.ts'
import {wrap} from './report/wrap.ts'

/** The table of exit codes as help text, `width` columns wide. */
export function exitCodeHelp(width: number): string {
  const lines = exitCodes.map(
    ({code, means}) => `  ${String(code).padStart(3)}  ${wrap(means.replaceAll('`', ''), width, 7, 7)}`,
  )
  return ['', 'Exit codes:', ...lines].join('\n')
}

/** What an option does, that it is required, and its default if that says something: not `false` and not `[]`. */
export function optionHelp(option: Option): string {
  const isPlain =
    option.defaultValue === false || (Array.isArray(option.defaultValue) && option.defaultValue.length === 0)
  const shown = isPlain ? (Object.create(option, {defaultValue: {value: undefined}}) as Option) : option
  const text = new Help().optionDescription(shown)
  return option.mandatory ? `${text} (required)` : text
}

/** Below the help of each command. */
export const commandHelp = {
  program: `
Without a command it is \`run\`; \`tazuna-watch run --help\` has its options.

Examples:
  $ tazuna-watch demo
  $ tazuna-watch --source ./cluster --cluster laptop --dry-run
  $ tazuna-watch config check`,
  run: `
Examples:
  $ tazuna-watch --source ./cluster --cluster laptop --dry-run
  $ tazuna-watch run --config tazuna-watch.yaml --format json --output report.json
  $ tazuna-watch --source oci://ghcr.io/acme/tazuna-config:prod --cluster prod --fail-on removed
  $ tazuna-watch --jitter 5m --log-format json`,
  parse: `
Examples:
  $ tazuna state diff | tazuna-watch parse
  $ tazuna-watch parse state-diff.txt --format text`,
  pull: `
Examples:
  $ tazuna-watch pull oci://ghcr.io/acme/tazuna-config:prod --output ./prod
  $ tazuna-watch pull oci://registry.internal:5000/config:1 --output ./config --plain-http --format json`,
  configCheck: `
Examples:
  $ tazuna-watch config check
  $ tazuna-watch config check --config prod.yaml --cluster prod`,
  configShow: `
Of a secret it shows where it is read from, and whether it is there.

Examples:
  $ tazuna-watch config show
  $ tazuna-watch config show --config prod.yaml --source ./cluster`,
  configSchema: `
Examples:
  $ tazuna-watch config schema > tazuna-watch.schema.json`,
  notifyTest: `
The message says that it is a test. Its row is as asked for, and else fits the \`match\` of each notifier.
A notifier whose \`match\` leaves out what is asked for gets nothing, and this says so. Sinks get nothing.

Examples:
  $ tazuna-watch notify test
  $ tazuna-watch notify test --config prod.yaml --to ops
  $ tazuna-watch notify test --dry-run
  $ tazuna-watch notify test --dry-run --manifest web --resource apps/v1/Deployment/web/nginx --diff-type removed`,
  explain: `
What is due is due if the next run sees what the last one saw. Nothing is sent, and nothing is changed.

Examples:
  $ tazuna-watch explain
  $ tazuna-watch explain web --config prod.yaml
  $ tazuna-watch explain --format json | jq '.notifiers[].next'`,
  memoryShow: `
Examples:
  $ tazuna-watch memory show
  $ tazuna-watch memory show --config prod.yaml --format json`,
  memoryReset: `
Forgets ages, what the notifiers were told, and mutes. On a terminal it asks first.

Examples:
  $ tazuna-watch memory reset
  $ tazuna-watch memory reset --config prod.yaml --yes`,
  mute: `
Only notifiers are silent: outcome, counts and metrics stay. It ends at its time, or when diff type or
content changes; of a Manifest also with a new entry. State keys stand in the report as JSON.

Examples:
  $ tazuna-watch mute web --for 7d --reason "waits for the new load balancer"
  $ tazuna-watch mute web/apps/v1/Deployment/web/nginx --for 12h --reason "ticket 4711"`,
  unmute: `
Examples:
  $ tazuna-watch unmute web`,
  metricsDelete: `
Examples:
  $ tazuna-watch metrics delete
  $ tazuna-watch metrics delete --config prod.yaml --cluster old-prod`,
  completion: `
Examples:
  $ source <(tazuna-watch completion bash)
  $ tazuna-watch completion zsh > "\${fpath[1]}/_tazuna-watch"
  $ tazuna-watch completion fish > ~/.config/fish/completions/tazuna-watch.fish`,
  demo: `
Examples:
  $ tazuna-watch demo`,
} as const

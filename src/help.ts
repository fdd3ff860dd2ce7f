import {exitCodes} from './model/exit-code.ts'

/** The table of exit codes as help text. */
export const exitCodeHelp = [
  '',
  'Exit codes:',
  ...exitCodes.map(({code, means}) => `  ${String(code).padStart(3)}  ${means.replaceAll('`', '')}`),
].join('\n')

/** Examples under the help of each command. */
export const commandHelp = {
  run: `
Examples:
  $ tazuna-watch --source ./cluster --cluster laptop --dry-run
  $ tazuna-watch run --config tazuna-watch.yaml --format json --output report.json
  $ tazuna-watch --source oci://ghcr.io/acme/tazuna-config:prod --cluster prod --fail-on removed`,
  parse: `
Examples:
  $ tazuna state diff | tazuna-watch parse
  $ tazuna-watch parse state-diff.txt --format text`,
  configCheck: `
Examples:
  $ tazuna-watch config check
  $ tazuna-watch config check --config prod.yaml --cluster prod`,
  demo: `
Examples:
  $ tazuna-watch demo`,
} as const

import type {Output} from './output.ts'
import type {StateCommand} from './faults.ts'

/** Lines that libraries of tazuna write to stderr in a healthy run (facts 2): stderr is no proof of failure. */
export const noiseLines = [
  "# Warning: 'commonLabels' is deprecated. Please use 'labels' instead. Run 'kustomize edit fix' to update your Kustomization automatically.",
  'I1120 09:00:00.000000       1 request.go:752] "Waited before sending request" delay="1.0s" reason="client-side throttling, not priority and fairness"',
  'W1120 09:00:00.000000       1 warnings.go:70] policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, unavailable in v1.25+',
  'time=2026-11-20T09:00:00.000Z level=WARN msg="failed to flush traces" error="context deadline exceeded"',
] as const

/**
 * Well-formed output without end: a block of rows on stdout, log lines on stderr, each until so many bytes are out.
 * Lets signals in between two pieces.
 */
export async function flood(
  output: Output,
  command: StateCommand,
  stdoutBytes: number,
  stderrBytes: number,
): Promise<void> {
  if (stdoutBytes > 0) {
    output.stdout(`Manifest: flood\n${command === 'diff' ? '  STATUS        ' : ' '} ${'RESOURCE'.padEnd(60)} HASH\n`)
    let sent = 0
    for (let row = 0; sent < stdoutBytes; row += rowsAPiece) {
      sent += await send(
        output.stdout,
        Array.from({length: rowsAPiece}, (_, at) => floodRow(command, row + at)).join(''),
      )
    }
    output.stdout('\n')
  }
  for (let sent = 0; sent < stderrBytes;) sent += await send(output.stderr, `${noiseLines[1]}\n`.repeat(rowsAPiece))
}

const rowsAPiece = 500

function floodRow(command: StateCommand, row: number): string {
  const resource = `/v1/ConfigMap/flood/flood-${row}`.padEnd(60)
  return `  ${command === 'diff' ? 'added          ' : ''}${resource} ${String(row).padStart(64, '0')}\n`
}

async function send(write: (text: string) => void, text: string): Promise<number> {
  write(text)
  await new Promise(resolve => {
    setImmediate(resolve)
  })
  return text.length
}

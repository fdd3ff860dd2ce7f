import type {Output} from './output.ts'
import type {Faults, StateCommand} from './faults.ts'

/** Lines that libraries of tazuna write to stderr in a healthy run (facts 2): stderr is no proof of failure. */
export const noiseLines = [
  "# Warning: 'commonLabels' is deprecated. Please use 'labels' instead. Run 'kustomize edit fix' to update your Kustomization automatically.",
  'I1120 09:00:00.000000       1 request.go:752] "Waited before sending request" delay="1.0s" reason="client-side throttling, not priority and fairness"',
  'W1120 09:00:00.000000       1 warnings.go:70] policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, unavailable in v1.25+',
  'time=2026-11-20T09:00:00.000Z level=WARN msg="failed to flush traces" error="context deadline exceeded"',
] as const

/**
 * Well-formed output: a block of rows on stdout, log lines on stderr, each until at least so many bytes are out. Lets
 * signals in between two pieces.
 */
export async function flood(
  output: Output,
  faults: Faults,
  command: StateCommand,
  bytes: {readonly stdout: number; readonly stderr: number},
): Promise<void> {
  if (bytes.stdout > 0) {
    output.stdout(`Manifest: flood\n${command === 'diff' ? '  STATUS        ' : ' '} ${'RESOURCE'.padEnd(60)} HASH\n`)
    let row = 0
    await repeat(bytes.stdout, faults, () => {
      const rows = Array.from({length: rowsAPiece}, (_, at) => floodRow(command, row + at)).join('')
      row += rowsAPiece
      output.stdout(rows)
      return rows.length
    })
    output.stdout('\n')
  }
  await repeat(bytes.stderr, faults, () => {
    const lines = `${noiseLines[1]}\n`.repeat(rowsAPiece)
    output.stderr(lines)
    return lines.length
  })
}

async function repeat(bytes: number, faults: Faults, printPiece: () => number): Promise<void> {
  for (let left = bytes; left > 0; left -= printPiece()) {
    await new Promise(resolve => {
      setImmediate(resolve)
    })
    faults.checkCancelled()
  }
}

const rowsAPiece = 500

function floodRow(command: StateCommand, row: number): string {
  const resource = `/v1/ConfigMap/flood/flood-${row}`.padEnd(60)
  return `  ${command === 'diff' ? 'added          ' : ''}${resource} ${String(row).padStart(64, '0')}\n`
}

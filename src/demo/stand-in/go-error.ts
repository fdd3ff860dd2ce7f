/** How tazuna prints a final error: `late` versions print the message, `early` ones a stack trace below it. */
export type Era = 'early' | 'late'

/** An error that tazuna returns from a command: `error: ` and the whole message chain on stderr, exit code 1. */
export class TazunaError extends Error {
  override readonly name = 'TazunaError'
  /** The prefixes that callers added, outermost first, then the first message. */
  readonly chain: readonly string[]

  constructor(...chain: readonly string[]) {
    super(chain.join(': '))
    this.chain = chain
  }
}

/** A Go panic: its own text on stderr, exit code 2. */
export class GoPanic extends Error {
  override readonly name = 'GoPanic'
}

/** `errors.Wrapf`: the prefix before a returned error; anything else that was thrown stays as it is. */
export function wrapped(prefix: string, error: unknown): unknown {
  return error instanceof TazunaError ? new TazunaError(prefix, ...error.chain) : error
}

/** The text of Go's `*fs.PathError` for an error of node:fs; anything else that was thrown stays as it is. */
export function toPathError(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const text = errnoTexts[code]
  if (text === undefined) return error
  return new TazunaError(`${code === 'EISDIR' ? 'read' : 'open'} ${path}: ${text}`)
}

/** What tazuna prints for an error (facts 2): the first line is the same in both eras. */
export function renderError(error: TazunaError, era: Era): string {
  return `error: ${error.message}\n${era === 'late' ? '' : renderStackTrace(error.chain)}`
}

/** The text of the panic of a nil 1Password client (tazuna: OnePasswordProvider.Fetch has no nil check). */
export function renderPanic(): string {
  return `panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x2d3f5a4]

goroutine 1 [running]:
github.com/pepabo/tazuna/pkg/genesissecret.(*OnePasswordProvider).Fetch(0xc000512a90, {0x3f1c8d8, 0xc0003a2b40}, {0x0, {0xc00061e1b0, 0x24}, 0xc0006a1e60})
	github.com/pepabo/tazuna/pkg/genesissecret/onepassword_provider.go:22 +0x84
github.com/pepabo/tazuna/pkg/manager.(*GenesisSecret).Build(0xc00051c3c0, {0x3f1c8d8, 0xc0003a2b40}, 0xc000512a80, {{0xc00061e180, 0xe}, {0x0, 0x0}})
	github.com/pepabo/tazuna/pkg/manager/genesis_secret.go:254 +0x2f1
github.com/pepabo/tazuna/pkg/runner.(*TazunaRunner).StateDiff(0xc0007d9a40, {0x3f1c8d8, 0xc0003a2b40}, {{0xc00061e0c0, 0x14}}, {0x7ffe5c1d2f3a, 0xb}, {0x3ef06a0, 0xc000124018})
	github.com/pepabo/tazuna/pkg/runner/state_diff.go:62 +0x5d4
github.com/pepabo/tazuna/cmd.init.func9(0x5b0c3e0, {0xc0004b4e60, 0x0, 0x2})
	github.com/pepabo/tazuna/cmd/state_diff.go:52 +0x2a5
main.main()
	github.com/pepabo/tazuna/main.go:19 +0x4c
`
}

const errnoTexts: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ENOTDIR: 'not a directory',
}

/** The form of `%+v` in cockroachdb/errors: every layer of the chain, each prefix with a stack trace of its own. */
function renderStackTrace(chain: readonly string[]): string {
  const layers = chain.flatMap(part => [
    {part: 'attached stack trace', type: '*withstack.withStack'},
    layerOf(part, chain),
  ])
  const lines = layers.map(({part}, index) => {
    const title = `${index === 0 ? '' : 'Wraps: '}(${index + 1}) ${part}`
    return part === 'attached stack trace' ? `${title}\n${index === 0 ? frames : repeatedFrames}` : `${title}\n`
  })
  return `${lines.join('')}Error types: ${layers.map(({type}, index) => `(${index + 1}) ${type}`).join(' ')}\n`
}

function layerOf(part: string, chain: readonly string[]): {part: string; type: string} {
  return {part, type: part === chain.at(-1) ? '*errutil.leafError' : '*errutil.withPrefix'}
}

const frames = `  -- stack trace:
  | github.com/pepabo/tazuna/cmd.init.func9
  | 	github.com/pepabo/tazuna/cmd/state_diff.go:53
  | github.com/spf13/cobra.(*Command).execute
  | 	github.com/spf13/cobra/command.go:1015
  | github.com/pepabo/tazuna/cmd.Execute
  | 	github.com/pepabo/tazuna/cmd/root.go:39
  | main.main
  | 	github.com/pepabo/tazuna/main.go:13
  | runtime.main
  | 	runtime/proc.go:290
`

const repeatedFrames = `  -- stack trace:
  | github.com/pepabo/tazuna/pkg/runner.(*TazunaRunner).StateDiff
  | 	github.com/pepabo/tazuna/pkg/runner/state_diff.go:64
  | [...repeated from below...]
`

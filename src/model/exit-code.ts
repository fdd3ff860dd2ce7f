/**
 * The one table of exit codes. The help, the README and (later) the CronJob's `podFailurePolicy` are made from it.
 * Codes follow sysexits.h where it has one.
 */
export const exitCodes = [
  {code: 0, name: 'ok', means: 'the check completed and everything due was delivered: drift or not', retryHelps: '–'},
  {code: 10, name: 'drift', means: 'as 0, drift was found, and `--fail-on` asked for it', retryHelps: 'no'},
  {
    code: 64,
    name: 'usage',
    means: 'wrong usage: unknown command, flag or notifier, `--config` file not there, folder of `pull` not empty',
    retryHelps: 'no',
  },
  {
    code: 66,
    name: 'source',
    means:
      "the source (or `parse`'s file) cannot be used: not found, denied, archive unsafe, not signed as `source.verify` wants",
    retryHelps: 'no',
  },
  {
    code: 69,
    name: 'tazuna',
    means: 'seen through tazuna: missing, failed, timed out, stopped half-way (`incomplete`), nothing to check',
    retryHelps: 'yes',
  },
  {code: 70, name: 'internal', means: "tazuna's output was not understood, or a bug", retryHelps: 'no'},
  {
    code: 73,
    name: 'memory',
    means:
      'the check completed and was delivered, but the memory cannot be used or saved: a retry would repeat messages',
    retryHelps: 'no',
  },
  {
    code: 74,
    name: 'delivery',
    means: 'the check completed, but a notifier or sink did not get what was due',
    retryHelps: 'yes',
  },
  {
    code: 75,
    name: 'temporary',
    means:
      'our own calls to the source or the memory met network trouble, a timeout, a rate limit or a 5xx; an artifact may still be signed; or another run is at work',
    retryHelps: 'yes',
  },
  {
    code: 78,
    name: 'config',
    means: 'config invalid: content, missing cluster or source, missing secret',
    retryHelps: 'no',
  },
  {code: 130, name: 'interrupted', means: 'interrupted (SIGINT)', retryHelps: 'yes'},
  {code: 143, name: 'terminated', means: 'terminated (SIGTERM)', retryHelps: 'yes'},
] as const

export type ExitCode = (typeof exitCodes)[number]['code']

const precedence: readonly ExitCode[] = [130, 143, 64, 78, 66, 70, 73, 75, 69, 74, 10]

/** Of several codes that apply to one run, the one the process exits with; 0 when none does. */
export function foremostExitCode(codes: readonly ExitCode[]): ExitCode {
  return precedence.find(code => codes.includes(code)) ?? 0
}

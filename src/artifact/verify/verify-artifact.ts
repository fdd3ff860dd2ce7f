import type {ErrorCode} from '../../model/error-code.ts'
import type {ReportWarning} from '../../model/report.ts'
import {oneLine} from '../../one-line.ts'
import {attemptOf} from '../attempt.ts'
import {bundlesOf} from './bundles.ts'
import type {VerifyContext} from './context.ts'
import type {SignatureKey} from './keys.ts'
import {simpleSignaturesOf} from './simple-signatures.ts'

/** Which signatures an artifact must have. */
export type VerifyPolicy = {
  /** One valid signature by one of them is enough. */
  readonly keys: readonly SignatureKey[]
  /** Whether an artifact without a signature is refused. */
  readonly require: boolean
  /** Milliseconds that a signature may follow its artifact. */
  readonly grace: number
}

/** By whom an artifact is verified; nobody, with a warning, when it need not be signed. */
export type Verified = {
  readonly verifiedBy: readonly string[]
  /** What was signed; null when nothing was. */
  readonly verifiedDigest: string | null
  readonly warnings: readonly ReportWarning[]
}

export type VerifyOptions = Omit<VerifyContext, 'keys'> & {
  readonly policy: VerifyPolicy
  /** Of what the tag named and of the image manifest that is used: a signature of either counts. */
  readonly digests: readonly string[]
  /** RFC 3339; when the artifact says that it was made. */
  readonly createdAt: string | null
  /** Milliseconds since 1970. */
  readonly now: number
}

const mostReasons = 10

/**
 * Looks for a valid signature, bundles before classic ones, until it finds one; those beside it do no harm. Throws
 * `ARTIFACT_SIGNATURE_INVALID` with the reasons when there are only others, `ARTIFACT_SIGNATURE_MISSING` when there is none,
 * which is `ARTIFACT_SIGNATURE_PENDING` while the artifact is so young that it may still be signed; and what a registry
 * call throws: trouble that may pass is never taken for a signature that is missing.
 */
export async function verifyArtifact(options: VerifyOptions): Promise<Verified> {
  const {digests, policy, what} = options
  const signable = digests.filter(digest => digest.startsWith('sha256:'))
  if (signable.length === 0) {
    throw attemptOf(what).error('ARTIFACT_UNSUPPORTED_DIGEST', 'cosign signs only what has a sha256 digest', {
      hint: 'name it by its tag or its sha256 digest',
    })
  }
  const context = {...options, keys: policy.keys}
  const reasons = {invalid: [] as string[], 'no-signature': [] as string[]}
  for (const digest of signable) {
    for (const candidatesOf of [bundlesOf, simpleSignaturesOf]) {
      for await (const verdict of candidatesOf(digest, context)) {
        if (verdict.kind === 'valid') return {verifiedBy: [verdict.key.name], verifiedDigest: digest, warnings: []}
        reasons[verdict.kind].push(verdict.reason)
      }
    }
  }
  return unverified(reasons, options)
}

type Reasons = Readonly<Record<'invalid' | 'no-signature', readonly string[]>>

function unverified(reasons: Reasons, options: VerifyOptions): Verified {
  const {policy, what} = options
  if (reasons.invalid.length > 0) {
    const all = [...reasons.invalid, ...reasons['no-signature']]
    throw attemptOf(what).error('ARTIFACT_SIGNATURE_INVALID', `no signature of it is valid: ${list(all)}`)
  }
  const others = reasons['no-signature']
  const text = `it has no signature${others.length === 0 ? '' : `: ${list(others)}`}`
  if (policy.require) throw attemptOf(what).error(missingCode(options), text)
  return {verifiedBy: [], verifiedDigest: null, warnings: [{code: 'ARTIFACT_UNVERIFIED', message: `${what}: ${text}`}]}
}

/** Who signs does so after the push. A time in the future counts only as far as clocks may differ. */
function missingCode({createdAt, now, policy}: VerifyOptions): ErrorCode {
  const age = createdAt === null ? Infinity : Math.abs(now - Date.parse(createdAt))
  return age < policy.grace ? 'ARTIFACT_SIGNATURE_PENDING' : 'ARTIFACT_SIGNATURE_MISSING'
}

function list(reasons: readonly string[]): string {
  const shown = reasons.slice(0, mostReasons).map(reason => oneLine(reason, 200))
  const more = reasons.length - shown.length
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')
}

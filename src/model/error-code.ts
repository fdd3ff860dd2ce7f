import type {ExitCode} from './exit-code.ts'

/**
 * The closed set of error codes with exit code and hint, in one table. Code and tests match on `code`, never on text.
 * The `ARTIFACT_…` codes are those of a pull: what went wrong between a reference and an unpacked folder.
 */
export const errorCodes = {
  CONFIG_INVALID: {exit: 78, hint: 'correct the config; `tazuna-watch config schema` says what each key takes'},
  SECRET_MISSING: {exit: 78, hint: 'set the variable or mount the file that the config names, to what it is for'},

  ARTIFACT_REF_INVALID: {exit: 66, hint: 'write it as oci://HOST[:PORT]/REPOSITORY[:TAG][@DIGEST]'},
  ARTIFACT_NOT_FOUND: {exit: 66, hint: 'check repository and tag; some registries answer 404 when access is missing'},
  ARTIFACT_AUTH_REQUIRED: {
    exit: 66,
    hint: 'log in: `docker login` or `oras login` on this machine, mount a config.json, or check source.credentials',
  },
  ARTIFACT_AUTH_FAILED: {
    exit: 66,
    hint: 'the credentials were refused: check or renew them (ECR and GCR tokens live for hours only)',
  },
  ARTIFACT_DENIED: {exit: 66, hint: 'give this user pull access to the repository'},
  ARTIFACT_RATE_LIMITED: {exit: 75, hint: 'wait, or log in: registries allow more to known users'},
  ARTIFACT_NETWORK: {exit: 75, hint: 'check host, port, proxy and network policy'},
  ARTIFACT_TLS: {
    exit: 66,
    hint: 'name the PEM file of its authority with http.caFile; for a registry without TLS set source.plainHttp',
  },
  ARTIFACT_TIMEOUT: {exit: 75, hint: 'the registry is slow or a network policy drops the packets'},
  ARTIFACT_REDIRECT_REJECTED: {exit: 66, hint: 'the registry redirects to a place that is not followed'},
  ARTIFACT_SERVER_ERROR: {exit: 75, hint: 'look at the registry; the next run tries again'},
  ARTIFACT_DIGEST_MISMATCH: {exit: 66, hint: 'the registry or a proxy altered the bytes: do not trust it; push again'},
  ARTIFACT_SIZE_MISMATCH: {exit: 66, hint: 'the image manifest and the blob disagree: push the artifact again'},
  ARTIFACT_LIMIT_EXCEEDED: {exit: 66, hint: 'make the artifact smaller: tazuna.yaml and what it names is enough'},
  ARTIFACT_UNSUPPORTED_MEDIA_TYPE: {exit: 66, hint: 'push with `oras push` or `flux push artifact`'},
  ARTIFACT_UNSUPPORTED_DIGEST: {exit: 66, hint: 'only sha256 and sha512 digests are supported'},
  ARTIFACT_AMBIGUOUS_INDEX: {exit: 66, hint: 'name one image manifest of the index by its digest'},
  ARTIFACT_LAYOUT_INVALID: {exit: 66, hint: 'push files and folders with `oras push`, or one tar layer'},
  ARTIFACT_UNSAFE_ENTRY: {exit: 66, hint: 'remove links, devices and unsafe names from the folder and push it again'},
  ARTIFACT_ARCHIVE_CORRUPT: {exit: 66, hint: 'push the artifact again'},
  ARTIFACT_CREDENTIALS_INVALID: {exit: 66, hint: 'repair the Docker config file, or log in again'},
  ARTIFACT_TOKEN_REALM_REJECTED: {
    exit: 66,
    hint: 'do not trust this registry: its token service must have TLS and be no address inside your network',
  },
  ARTIFACT_HELPER_FAILED: {
    exit: 75,
    hint: 'run `echo HOST | docker-credential-NAME get` by hand as the same user, with the same PATH',
  },
  ARTIFACT_SIGNATURE_MISSING: {
    exit: 66,
    hint: 'sign it with `cosign sign --key`, see README; with source.verify.require: false it is used unverified',
  },
  ARTIFACT_SIGNATURE_PENDING: {
    exit: 75,
    hint: 'it was pushed a moment ago and may still be signed: the next run looks again (source.verify.grace)',
  },
  ARTIFACT_SIGNATURE_INVALID: {
    exit: 66,
    hint: 'do not trust it; if another key signed it rightly, add that key to source.verify.keys',
  },
  ARTIFACT_STORE_IO: {exit: 75, hint: 'check free space and rights of the temporary folder'},

  SOURCE_NOT_FOUND: {exit: 66, hint: 'check source.path, source.subpath and source.file'},

  TAZUNA_NOT_FOUND: {exit: 69, hint: 'install tazuna, or name it with TAZUNA_BIN or tazuna.command'},
  TAZUNA_FAILED: {exit: 69, hint: 'run the same `tazuna state diff` by hand in the source folder'},
  TAZUNA_TIMED_OUT: {exit: 69, hint: 'raise tazuna.timeout, or look why the API server or a chart repository is slow'},
  TAZUNA_PANICKED: {exit: 69, hint: 'tazuna crashed: run the same command by hand and report it to tazuna'},
  OUTPUT_UNPARSABLE: {
    exit: 70,
    hint: 'this tazuna prints something unknown: check its version; nothing was counted as clean',
  },
  OUTPUT_TOO_LARGE: {exit: 69, hint: 'tazuna printed more than 256 MiB: is it the right command?'},
  COVERAGE_UNKNOWN: {exit: 69, hint: 'run `tazuna state list` by hand in the source folder'},
  DUPLICATE_MANIFEST: {exit: 69, hint: 'give each Manifest its own name: two of one name share one State'},
  MANIFEST_SKIPPED: {exit: 69, hint: 'tazuna skips this Manifest: give it a name and a supported type'},
  NOTHING_CHECKED: {exit: 69, hint: 'tazuna.yaml has no named Manifest: is it the right file?'},

  MEMORY_UNAVAILABLE: {exit: 73, hint: 'see the warning for the store and the reason'},
  MEMORY_UNREACHABLE: {exit: 75, hint: 'the next run tries again; nothing was told, and nothing is lost'},
  MEMORY_BUSY: {exit: 75, hint: 'another run of this watch is at work; the next one tries again'},
  DELIVERY_FAILED: {exit: 74, hint: 'check the receiver and its address; the next run tells it again'},
  CANCELLED: {exit: 143, hint: 'the run was interrupted; nothing was recorded'},
} as const satisfies Record<string, {exit: ExitCode; hint: string}>

export type ErrorCode = keyof typeof errorCodes

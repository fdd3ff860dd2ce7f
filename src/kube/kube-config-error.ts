/**
 * The API server cannot even be asked: no kubeconfig, a broken one, or a credential that cannot be had. `message` says
 * what was read, where, and what is wrong; `hint` what to do. Neither holds a secret.
 */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError'
  readonly hint: string
  /** It may work in a moment: a credential plugin that failed or took too long, or an interrupt. */
  readonly isTemporary: boolean

  constructor(message: string, options: {hint: string; cause?: unknown; isTemporary?: boolean}) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause})
    this.hint = options.hint
    this.isTemporary = options.isTemporary ?? false
  }
}

/** The reason with which a pull that takes too long is ended. */
export class PullTimeout extends Error {
  override readonly name = 'TimeoutError'
}

/** Ends a pull after so many milliseconds, and with `signal`. Disposing forgets it. */
export function pullDeadline(signal: AbortSignal, milliseconds: number): Disposable & {readonly signal: AbortSignal} {
  const late = new AbortController()
  const timer = setTimeout(() => {
    late.abort(new PullTimeout(`it took longer than the ${milliseconds / 1000} s of source.timeout`))
  }, milliseconds)
  return {
    signal: AbortSignal.any([signal, late.signal]),
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}

import type {Era} from './go-error.ts'

/** The signals of the own process. */
export type Signals = {
  readonly on: (name: 'SIGTERM' | 'SIGINT', handler: () => void) => void
  /** Dies by this signal, whatever handlers there are. */
  readonly die: (name: string) => void
}

/**
 * What TERM and INT do: early versions die by the signal; late ones cancel what waits and end with exit 1 (facts 2).
 * With `ignored` they do nothing. The returned signal is aborted in the late case only.
 */
export function cancelOnSignal(signals: Signals, era: Era, ignored: boolean): AbortSignal {
  const controller = new AbortController()
  if (ignored || era === 'late') {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      signals.on(name, () => {
        if (!ignored) controller.abort()
      })
    }
  }
  return controller.signal
}

/** Waits, also for ever; rejects as soon as the signal is aborted. Keeps the process alive meanwhile. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setInterval(
      () => {
        if (Number.isFinite(milliseconds)) finish(resolve)
      },
      Math.min(milliseconds, 2 ** 30),
    )
    const abort = (): void => {
      finish(() => {
        reject(new Error('aborted'))
      })
    }
    function finish(settle: () => void): void {
      clearInterval(timer)
      signal.removeEventListener('abort', abort)
      settle()
    }
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
  })
}

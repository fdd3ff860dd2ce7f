/** The signal that ended the process' work, or null. */
export function interruptOf(interrupt: AbortSignal): 'SIGINT' | 'SIGTERM' | null {
  if (!interrupt.aborted) return null
  return interrupt.reason === 'SIGINT' ? 'SIGINT' : 'SIGTERM'
}

import type {Delivery} from './notifier.ts'

/** The sender of a notifier or sink that could not be opened, e.g. for a missing secret: it fails, the others go on. */
export function unavailable(detail: string): () => Promise<Delivery> {
  return () => Promise.resolve({ok: false, attempts: 0, retryable: false, detail})
}

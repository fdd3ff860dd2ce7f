import type {AlertReceiver} from '../model/alert.ts'
import type {LastKnown} from '../model/last-known.ts'
import type {Report} from '../model/report.ts'
import type {Delivery} from '../notify/notifier.ts'

/**
 * For machines: takes every run, also clean and failed ones. `render` is pure and returns null when this run has
 * nothing for it; `show` is what a dry run shows of it; `send` never throws and keeps to `signal`. `lastKnown` is null
 * without a memory.
 */
export type Sink<Payload = unknown> = {
  /** Unique: the type, with a number where there are several of it. */
  readonly name: string
  readonly type: string
  /** It gets all open alerts in every run, and is to be told when one ends. */
  readonly alertReceiver?: AlertReceiver
  /** Why it cannot send at all, e.g. for a missing secret: then it fails in a dry run, too. */
  readonly unavailable?: string
  render(report: Report, lastKnown: LastKnown | null): Payload | null
  show(payload: Payload): unknown
  send(payload: Payload, signal: AbortSignal): Promise<Delivery>
}

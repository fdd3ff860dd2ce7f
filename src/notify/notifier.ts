import type {Http} from '../http.ts'
import type {MessageReference} from '../model/message-reference.ts'
import type {Notice} from '../model/notice.ts'
import type {Report} from '../model/report.ts'
import type {SecretRef} from '../secret-ref.ts'
import type {Redact, Secret} from '../secret.ts'

/** What one notifier is told in one run, and why. */
export type Notification = Notice & {
  /** The whole report; `entries` holds only rows of this run that this notifier is told of (never filtered ones). */
  readonly report: Report
  readonly links: Links
}

export type Links = {readonly runbookUrl: string | null; readonly reportUrl: string | null}

/**
 * How one notification or push went. `detail` holds no secret; of a success it says what was not as it should be.
 * `reference` is that of a message that stands by itself, where the receiver has such a thing.
 */
export type Delivery =
  | {
      readonly ok: true
      readonly attempts: number
      readonly detail?: string
      readonly reference?: MessageReference
    }
  | {readonly ok: false; readonly attempts: number; readonly retryable: boolean; readonly detail: string}

/**
 * For people: acts when there is a reason, one message per run. `render` is pure; `send` never throws and keeps to
 * `signal`, which is aborted when the time for delivering is over.
 */
export type Notifier<Payload = unknown> = {
  readonly name: string
  readonly type: string
  /** Why it cannot send at all, e.g. for a missing secret: then it fails in a dry run, too. */
  readonly unavailable?: string
  render(notification: Notification): Payload
  /** What a dry run shows people in place of the payload, without secrets. */
  preview?(payload: Payload): string
  send(payload: Payload, signal: AbortSignal): Promise<Delivery>
}

/** What a notifier is opened with. */
export type NotifierTools = {
  /** The name by which it is reported. */
  readonly name: string
  readonly http: Http
  readonly redact: Redact
  /** Throws `SECRET_MISSING`. */
  readonly resolveSecret: (ref: SecretRef) => Secret
  readonly clock: () => Date
}

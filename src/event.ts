import type {Delivery} from './notify/notifier.ts'

/** Everything that a run tells while it goes on. The log and the progress line print it; nobody else prints. */
export type RunEvent =
  | {
      readonly type: 'stage'
      readonly stage: 'wait' | 'source' | 'tazuna' | 'notify' | 'sinks'
      readonly detail: string
    }
  | {readonly type: 'pulled'; readonly bytes: number; readonly totalBytes: number}
  | ({readonly type: 'call'} & TazunaCall)
  | ({readonly type: 'request'} & HttpCall)
  | {readonly type: 'delivery'; readonly name: string; readonly delivery: Delivery}

/** One call of tazuna: `words` are its first arguments, `exitCode` is null when it was killed. */
export type TazunaCall = {readonly words: string; readonly exitCode: number | null; readonly seconds: number}

/** One attempt of a request: `status` is null without an answer. Of the URL only the origin: the rest may be secret. */
export type HttpCall = {
  readonly method: string
  readonly origin: string
  readonly status: number | null
  readonly seconds: number
}

export type OnEvent = (event: RunEvent) => void

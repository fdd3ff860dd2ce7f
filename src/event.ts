import type {Delivery} from './notify/notifier.ts'

/** Everything that a run tells while it goes on. The log and the progress line print it; nobody else prints. */
export type RunEvent =
  | {readonly type: 'stage'; readonly stage: 'source' | 'tazuna' | 'notify' | 'sinks'; readonly detail: string}
  | {readonly type: 'pulled'; readonly bytes: number; readonly totalBytes: number}
  | {readonly type: 'delivery'; readonly name: string; readonly delivery: Delivery}

export type OnEvent = (event: RunEvent) => void

/**
 * A message that was delivered, so that a later one can be put below it. All but the notifier that made it hand it on
 * as it is.
 */
export type MessageReference = {
  /** Where the config sent it, as written there: elsewhere it means nothing. */
  readonly to: string
  /** Where it is, and which it is there, by the ids that the receiver gave it. */
  readonly channel: string
  readonly id: string
}

export function isSameReference(a: MessageReference, b: MessageReference): boolean {
  return a.to === b.to && a.channel === b.channel && a.id === b.id
}

import {z} from 'zod'

import {oneLine} from '../one-line.ts'

const statusSchema = z.object({
  kind: z.literal('Status'),
  message: z.string().nullish(),
  reason: z.string().nullish(),
  details: z
    .object({
      kind: z.string().nullish(),
      causes: z.array(z.object({reason: z.string().nullish(), message: z.string().nullish()})).nullish(),
    })
    .nullish(),
})

/**
 * What an API server says when it does not do what it was asked.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
 */
export type Status = z.output<typeof statusSchema>

/** The `Status` in an answer; null when it is of somebody else, such as a proxy in between. */
export function parseStatus(text: string): Status | null {
  try {
    const result = statusSchema.safeParse(JSON.parse(text))
    return result.success ? result.data : null
  } catch {
    return null
  }
}

/** What an answer says, for a message; empty when it says nothing, or only a page. */
export function wordsOf(text: string): string {
  const status = parseStatus(text)
  if (status !== null) return oneLine(status.message || status.reason || '')
  return /^\s*[<{[]/.test(text) ? '' : oneLine(text, 200)
}

/** 413, what validation says of data above 1 MiB (422), and what etcd says of an object above its limit (500). */
export function isTooLarge(status: number, text: string): boolean {
  if (status === 413) return true
  const answer = parseStatus(text)
  if (status === 422) {
    return (answer?.details?.causes ?? []).some(({reason}) => reason === 'FieldValueTooLong')
  }
  return status >= 500 && /request is too large/.test(answer?.message ?? '')
}

import {z} from 'zod'

const units: Readonly<Record<string, number>> = {s: 1, m: 60, h: 3600, d: 86_400, w: 604_800}

/** `90s`, `1h30m`, `7d`, `2w` in milliseconds; null when it is none of that form, or zero. */
export function parseDuration(text: string): number | null {
  if (!/^(?:\d+[smhdw])+$/.test(text)) return null
  const parts = [...text.matchAll(/(\d+)([smhdw])/g)]
  const seconds = parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0)
  return seconds > 0 && Number.isSafeInteger(seconds) ? seconds * 1000 : null
}

const form = 'write a duration such as 90s, 1h30m, 7d or 2w'

/** A duration of the config, in milliseconds once parsed. */
export const duration = z
  .string({error: form})
  .refine(text => parseDuration(text) !== null, {error: form})
  .meta({title: 'duration', pattern: '^(?=.*[1-9])([0-9]+[smhdw])+$'})
  .transform(text => parseDuration(text)!)

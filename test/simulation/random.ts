/** A small random source that gives the same numbers for the same seed (mulberry32, public domain). */
export type Random = {
  /** From 0 to below 1. */
  next: () => number
  /** A whole number from 0 to below `n`. */
  below: (n: number) => number
  chance: (probability: number) => boolean
  /** One of the list, which must not be empty. */
  pick: <T>(list: readonly T[]) => T
  /** One of the words, as often as its weight says. */
  weighted: <T extends string>(weights: Readonly<Record<T, number>>) => T
  /** A seed for something of its own, so that leaving it out changes nothing else. */
  seed: () => number
}

export function randomOf(seed: number): Random {
  let a = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0
  const next = () => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (n: number) => Math.floor(next() * n)
  return {
    next,
    below,
    chance: probability => next() < probability,
    pick: list => list[below(list.length)]!,
    weighted: <T extends string>(weights: Readonly<Record<T, number>>) => {
      const all = Object.entries<number>(weights)
      let left = next() * all.reduce((sum, [, weight]) => sum + weight, 0)
      return (all.find(([, weight]) => (left -= weight) < 0) ?? all.at(-1)!)[0] as T
    },
    seed: () => below(4294967296),
  }
}

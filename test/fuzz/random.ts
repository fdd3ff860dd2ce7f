/** Chance that is the same for the same seed. */
export type Random = {
  /** From 0 to below this. */
  int(below: number): number
  pick<T>(list: readonly T[]): T
  /** Whether something happens that does so in this share of all cases. */
  chance(share: number): boolean
}

/** mulberry32: small, fast, and good enough to choose what to break. */
export function randomOf(seed: number, index = 0): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    int: below => Math.floor(next() * below),
    pick: list => list[Math.floor(next() * list.length)]!,
    chance: share => next() < share,
  }
}

/** As many as chance wants, up to this, of what `make` gives. */
export function listOf<T>(random: Random, most: number, make: (random: Random) => T): T[] {
  return Array.from({length: random.int(most + 1)}, () => make(random))
}

import picomatch from 'picomatch'
import {z} from 'zod'

/** A field that takes one value or a list of them; always a list for the code. */
export function oneOrMany<Item extends z.ZodType>(item: Item) {
  return z
    .union([item, z.array(item).min(1)])
    .transform(value => (Array.isArray(value) ? value : [value]) as z.output<Item>[])
}

/** A predicate that is true for a text that any of the patterns matches. */
export type Matcher = (text: string) => boolean

/**
 * Patterns of the config: `*` and `?` within a segment, `**` as a whole segment across segments, case matters, the
 * whole text must match, nothing else is special.
 */
export function toMatcher(patterns: readonly string[]): Matcher {
  return picomatch(patterns.map(escapeSpecial), {
    dot: true,
    nobrace: true,
    nobracket: true,
    noextglob: true,
    nonegate: true,
    strictSlashes: true,
  })
}

function escapeSpecial(pattern: string): string {
  return pattern.replaceAll(/[\\[\]{}()!+@|^$.#"']/g, String.raw`\$&`)
}

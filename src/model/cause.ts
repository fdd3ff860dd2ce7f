/**
 * Why an entry may be there: it came with another artifact than the one before, so it may just not be applied yet; or it
 * came although the artifact stayed the same, so something else did it.
 */
export const causes = ['new-artifact', 'same-artifact'] as const
export type Cause = (typeof causes)[number]

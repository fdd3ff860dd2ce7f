import type {Seen, Shadow, ShadowMute, Tri} from './shadow.ts'
import {slack, type RunFacts} from './run-facts.ts'

/** A mute ends when what it is about changes; what was muted before anything was seen is about what is seen first. */
export function settleMutes(shadow: Shadow, {truth, now}: RunFacts, holding: Tri): void {
  // it may be forgotten, and then a clock that is set back does not bring it back
  for (const mute of shadow.mutes) if (mute.until < now + slack && mute.ended === 0) mute.ended = 1
  for (const mute of shadow.mutes) {
    const name = manifestOf(mute.key, shadow)
    const manifest = name === null ? undefined : shadow.manifests.get(name)
    if (name === null || manifest === undefined || !truth.checked.has(name)) continue
    const drift = [...manifest.entries].filter(
      ([key, seen]) => (key === mute.key || name === mute.key) && seen.present > 0 && !seen.filtered,
    )
    if (holding === 0) settleMute(mute, drift)
    // a mass drift does not end it; but when it is over, what it left may
    else if (drift.length > 0 && mute.ended === 0) mute.ended = 1
  }
}

function settleMute(mute: ShadowMute, drift: readonly (readonly [string, Seen])[]): void {
  const end = (tri: Tri) => {
    if (tri > mute.ended) mute.ended = tri
  }
  if (mute.content === null) {
    if (drift.length === 0) return
    mute.content = new Map(drift.map(([key, {type, real, unstable}]) => [key, {type, real, unstable}]))
    return
  }
  for (const [key, {type, real, unstable, present}] of drift) {
    const content = mute.content.get(key)
    if (content === undefined) end(2)
    else if (type !== content.type) end(present === 2 ? 2 : 1)
    else if (real !== content.real) end(unstable === content.unstable && present === 2 ? 2 : 1)
    // of what renders differently each time, it is not said which content is muted
    else if (unstable > 0) end(1)
  }
}

/** Whether nobody is told of an entry. */
export function mutedTri(shadow: Shadow, manifest: string, key: string, now: number): Tri {
  let muted: Tri = 0
  for (const mute of shadow.mutes) {
    if (mute.key !== manifest && mute.key !== key) continue
    const left = mute.until - now
    if (left < -slack) continue
    const tri = mute.ended === 2 ? 0 : mute.ended === 1 || left < slack ? 1 : 2
    if (tri > muted) muted = tri
  }
  return muted
}

/** The Manifest that a mute is about, if it is known. */
function manifestOf(key: string, shadow: Shadow): string | null {
  const name = key.split('/')[0]!
  return shadow.manifests.has(name) ? name : null
}

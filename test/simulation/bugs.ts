import type {Change} from './bugged-subject.ts'
import type {Subject} from './subject.ts'

/** A bug that watches of this kind are known for. */
export type Bug = {
  readonly name: string
  /** Some violation that it leads to. */
  readonly breaks: RegExp
  /** Planted in a copy of the source. */
  readonly changes?: readonly Change[]
  /** Planted in what the watch is given. */
  readonly tamper?: NonNullable<Subject['tamper']>
}

export const bugs: readonly Bug[] = [
  {
    name: 'what is to be told is saved as told with the claim: a crash loses it',
    breaks: /\(b\)/,
    changes: [
      {
        file: 'plan.ts',
        find: "import {remember} from './drift/remember.ts'\n",
        put: "import {remember} from './drift/remember.ts'\nimport {tell as tellEarly} from './drift/tell.ts'\n",
      },
      {
        file: 'plan.ts',
        find: 'const claimed = {...planned.memory,',
        put: `const early = options.rules.reduce(
        (all, {name}, at) => planned.notices[at]!.reasons.length > 0 ? tellEarly(all, name, planned.notices[at]!, options.clock()) : all,
        planned.memory,
      )
      const claimed = {...early,`,
      },
    ],
  },
  {
    name: 'the log is written before the message is sent',
    breaks: /\(b\)/,
    changes: [
      {
        file: 'notify/deliver.ts',
        find: 'const {item, delivery}: Told = await deliverOne(',
        put: `if (one.notice.reasons.length > 0 && !options.run.dryRun) await options.record(one, {ok: true, attempts: 1})
    const {item, delivery}: Told = await deliverOne(`,
      },
      {
        file: 'notify/deliver.ts',
        find: 'const isRecorded = await options.record(one, delivery)',
        put: 'const isRecorded = true',
      },
    ],
  },
  {
    name: 'a delivery that failed is logged as delivered',
    breaks: /\(b\)/,
    changes: [
      {
        file: 'notification-log.ts',
        find: 'memory = delivery.ok ? tell(memory, name, notice, clock(), delivery.reference) : tellFailed(memory, name, clock())',
        put: 'memory = tell(memory, name, notice, clock())',
      },
    ],
  },
  {
    name: 'the log is written after the last notifier only',
    breaks: /\(d\)/,
    changes: [
      {
        file: 'notification-log.ts',
        find: 'if (delivery.ok) await save()',
        put: 'if (delivery.ok && due === 0) await save()',
      },
    ],
  },
  {
    name: 'an error of a Manifest resolves its drift',
    breaks: /resolved/,
    changes: [
      {file: 'drift/see-manifest.ts', find: "if (state !== 'checked') {", put: "if (state === 'not-checked') {"},
    ],
  },
  {
    name: 'State that moved while it was read resolves drift',
    breaks: /resolved/,
    changes: [{file: 'drift/see-manifest.ts', find: 'return listKnown && !moved.has(name)', put: 'return listKnown'}],
  },
  {
    name: 'without coverage, what is not printed resolves',
    breaks: /resolved/,
    changes: [
      {file: 'drift/see-manifest.ts', find: 'return listKnown && !moved.has(name)', put: 'return !moved.has(name)'},
    ],
  },
  {
    name: 'a reading that stopped half-way is taken as complete',
    breaks: /\(a\)/,
    tamper: options => ({
      ...options,
      readState: async (source, signal) => {
        const reading = await options.readState(source, signal)
        return {...reading, outputs: reading.outputs.map(output => ({...output, failure: null, exitCode: 0}))}
      },
    }),
  },
  {
    name: 'the told set never shrinks',
    breaks: /\(b\)/,
    changes: [
      {
        file: 'drift/settle.ts',
        find: 'if (isGone && (returned.has(key) || !rules.resolved)) {\n      stay.delete(key)\n',
        put: 'if (isGone && (returned.has(key) || !rules.resolved)) {\n',
      },
    ],
  },
  {
    name: 'ignored rows are taken out before the comparison: an ignore rule resolves',
    breaks: /resolved/,
    tamper: options => ({
      ...options,
      readState: async (source, signal) => {
        const reading = await options.readState(source, signal)
        const isIgnored = (manifest: string) => options.ignore.some(rule => rule.manifest?.includes(manifest))
        const outputs = reading.outputs.map(output => ({
          ...output,
          blocks: output.blocks.map(block => (isIgnored(block.manifest) ? {...block, entries: []} : block)),
        }))
        return {...reading, outputs}
      },
    }),
  },
  {
    name: 'a retry counts as another sighting',
    breaks: /\(d\)/,
    changes: [
      {
        file: 'drift/known-entry.ts',
        find: 'before.group === group ? before.sightings : before.sightings + 1',
        put: 'before.sightings + 1',
      },
    ],
  },
  {
    name: 'a reminder resets when drift was first seen',
    breaks: /\(e\)/,
    changes: [
      {
        file: 'notification-log.ts',
        find: 'isDirty = true\n      due -= 1',
        put: `isDirty = true
      if (notice.reasons.includes('reminder')) {
        const firstSeenAt = clock().toISOString().slice(0, 19) + 'Z'
        memory = {
          ...memory,
          manifests: new Map([...memory.manifests].map(([manifest, known]) => [
            manifest,
            {...known, entries: new Map([...known.entries].map(([key, entry]) => [key, {...entry, firstSeenAt}]))},
          ])),
        }
      }
      due -= 1`,
      },
    ],
  },
  {
    name: 'other content resets when drift was first seen',
    breaks: /\(e\)/,
    changes: [
      {
        file: 'drift/known-entry.ts',
        find: 'changedAt: same || isUnstable ? before.changedAt : now,',
        put: 'changedAt: now,\n    firstSeenAt: same ? before.firstSeenAt : now,',
      },
    ],
  },
  {
    name: 'a mute hides for ever',
    breaks: /\(b\)/,
    changes: [
      {file: 'drift/mutes.ts', find: 'if (mute.until <= now) return []', put: "if (mute.until <= '') return []"},
    ],
  },
  {
    name: 'a mute outlives a change of what it hides',
    breaks: /\(b\)/,
    changes: [{file: 'drift/mutes.ts', find: 'if (changed) return []', put: ''}],
  },
  {
    name: 'removed waits for sightings like everything else',
    breaks: /\(b\)/,
    changes: [{file: 'drift/decide.ts', find: "if (entry.diffType === 'removed') return true", put: ''}],
  },
  {
    name: 'no reminder',
    breaks: /\(b\).*a reminder/,
    changes: [
      {
        file: 'drift/decide.ts',
        find: "if (reasons.length === 0 && checked && isOpenTold && isDue) reasons.push('reminder')",
        put: 'void isDue',
      },
    ],
  },
  {
    name: 'a claim of another run is not looked at',
    breaks: /\(h\)/,
    changes: [
      {
        file: 'plan.ts',
        find: 'const holder = otherClaim(memory, options)',
        put: 'const holder = otherClaim(null, options)',
      },
    ],
  },
  {
    name: 'an older reading overwrites a newer one',
    breaks: /\(h\)/,
    changes: [
      {
        file: 'plan.ts',
        find: 'return Date.parse(last.readAt) > readAt.getTime()',
        put: 'return Number.isNaN(readAt.getTime())',
      },
    ],
  },
  {
    name: 'what could not be saved does not stop the telling',
    breaks: /\(d\)/,
    changes: [
      {file: 'notification-log.ts', find: 'return trouble === null && !isOvertaken', put: 'return !isOvertaken'},
    ],
  },
  {
    name: 'a mass drift resolves',
    breaks: /\(d\)/,
    changes: [{file: 'drift/see-manifest.ts', find: ' && !proof.massDriftHolds', put: ''}],
  },
  {
    name: 'sinks forget the drift of what was not checked',
    breaks: /\(j\)/,
    tamper: options => ({
      ...options,
      sinks: options.sinks.map(sink => ({
        ...sink,
        render: (report, lastKnown) => {
          const checked = new Set(report.manifests.filter(one => one.lastCheckedAt !== null).map(({name}) => name))
          const isChecked = ({name}: {name: string}) => report.outcome === 'clean' || checked.has(name)
          const known = lastKnown && {...lastKnown, manifests: lastKnown.manifests.filter(isChecked)}
          return sink.render(report, report.outcome === 'failed' && known ? {...known, manifests: []} : known)
        },
      })),
    }),
  },
  {
    name: 'an alert that ended is not said again to a receiver that refused',
    breaks: /\(k\)/,
    changes: [{file: 'watch.ts', find: " && delivery === 'delivered')", put: ')'}],
  },
  {
    name: 'only the run that sees an alert end says so',
    breaks: /\(k\)/,
    changes: [
      {
        file: 'drift/follow-alerts.ts',
        find: 'return [...alertsWithout(alertsWithout(receiver.ended, open), over), ...begun]',
        put: 'return begun',
      },
    ],
  },
]

import type {DiffEntry} from '../../src/model/diff-entry.ts'
import type {ErrorCode} from '../../src/model/error-code.ts'
import type {DiffBlock, StateReading, TazunaFailure} from '../../src/model/state-reading.ts'
import {randomOf, type Random} from './random.ts'
import {digestOf, listedOf, rowsOf, type World} from './world.ts'

/** How reading the source or tazuna goes wrong. */
export type ReadFault =
  | 'source down'
  | 'tazuna missing'
  | 'unparsable'
  | 'fails first'
  | 'stops half-way'
  | 'stops at the end'
  | 'skipped'
  | 'skipped, unnamed'
  | 'coverage unknown'
  | 'State moved'
  | 'duplicate'

/** What a reading really proves, by the rules of the ledger; not derived from the reading, but known with it. */
export type Truth = {
  readonly kind: 'complete' | 'incomplete' | 'failed'
  /** The run fails as a whole, with this code; null where only Manifests fail or none does. */
  readonly whole: string | null
  /** All rows of the Manifests that were checked. */
  readonly checked: ReadonlyMap<string, readonly DiffEntry[]>
  /** Manifests that were expected and not checked. */
  readonly failures: ReadonlyMap<string, 'error' | 'not-checked'>
  /** What is in tazuna.yaml, with whether it has State; null where that is not known. */
  readonly listed: ReadonlyMap<string, boolean> | null
  /** Checked, but what was not printed may be there. */
  readonly moved: ReadonlySet<string>
  readonly digest: string | null
}

export type Reading = {
  readonly truth: Truth
  /** Thrown by `openSource`. */
  readonly sourceError: ErrorCode | null
  /** Returned by `readState`; a code is thrown. */
  readonly outcome: StateReading | ErrorCode
}

/** What is known before anything was read. */
export const unread: Truth = {
  kind: 'failed',
  whole: null,
  checked: new Map(),
  failures: new Map(),
  listed: null,
  moved: new Set(),
  digest: null,
}

/** One look at the world, with what it proves. */
export function read(world: World, plan: {fault: ReadFault; seed: number} | null): Reading {
  world.nonce += 1
  const random = randomOf(plan?.seed ?? 0)
  const look: Look = {
    names: world.manifests.map(({name}) => name),
    blocks: world.manifests.map(manifest => ({manifest: manifest.name, entries: rowsOf(world, manifest)})),
    listed: new Map(world.manifests.map(({name}) => [name, listedOf(world, name).stored !== null])),
    digest: digestOf(world),
    toList: () => world.manifests.map(({name}) => listedOf(world, name)),
  }
  return plan === null ? wholeReading(look) : faultyReadings[plan.fault](look, random)
}

type Look = {
  readonly names: readonly string[]
  /** Of all Manifests, also those without rows. */
  readonly blocks: readonly DiffBlock[]
  readonly listed: ReadonlyMap<string, boolean>
  readonly digest: string | null
  readonly toList: () => NonNullable<StateReading['list']>
}

function wholeReading(look: Look): Reading {
  return toReading(look, {checked: look.names}, {})
}

const faultyReadings: Record<ReadFault, (look: Look, random: Random) => Reading> = {
  'source down': look => failedReading(look, 'ARTIFACT_NETWORK', 'source'),
  'tazuna missing': look => failedReading(look, 'TAZUNA_NOT_FOUND', 'tazuna'),
  unparsable: look => failedReading(look, 'OUTPUT_UNPARSABLE', 'tazuna'),
  'fails first': look => {
    const failure = toFailure(look.names[0]!)
    const truth = {checked: [], whole: 'TAZUNA_FAILED', kind: 'failed'} as const
    return toReading(look, truth, {blocks: [], exitCode: 1, failure})
  },
  'stops half-way': (look, random) => {
    const at = random.below(look.names.length)
    const printed = look.blocks.slice(0, at).filter(({entries}) => entries.length > 0)
    if (printed.length === 0) return faultyReadings['fails first'](look, random)
    const name = look.names[at]!
    const isNamed = random.chance(0.7)
    const checked = printed.map(({manifest}) => manifest)
    const truth = {checked, broken: isNamed ? [name] : []}
    return toReading(look, truth, {blocks: printed, exitCode: 1, failure: toFailure(isNamed ? name : null)})
  },
  // everything was printed, and then it failed: every Manifest may be checked, and yet nothing is clean
  'stops at the end': (look, random) => {
    const printed = look.blocks.filter(({entries}) => entries.length > 0)
    if (printed.length === 0) return faultyReadings['fails first'](look, random)
    const checked = printed.map(({manifest}) => manifest)
    const whole = checked.length === look.names.length ? 'TAZUNA_FAILED' : null
    return toReading(look, {checked, whole}, {blocks: printed, exitCode: 1, failure: toFailure(null)})
  },
  skipped: (look, random) => {
    const named = look.names.filter((_, at) => at === 0 || random.chance(0.3))
    const checked = look.names.filter(name => !named.includes(name))
    const truth = {checked, ...(checked.length === 0 ? failed('MANIFEST_SKIPPED') : {})}
    return toReading(look, truth, {skipped: {named, unnamed: 0, unattributed: []}})
  },
  'skipped, unnamed': (look, random) => {
    const missing = random.pick(look.names)
    const printed = look.blocks.filter(({manifest, entries}) => entries.length > 0 && manifest !== missing)
    const checked = printed.map(({manifest}) => manifest)
    return toReading(look, {checked}, {blocks: printed, skipped: {named: [], unnamed: 0, unattributed: ['WARN x']}})
  },
  'coverage unknown': look => {
    const printed = look.blocks.filter(({entries}) => entries.length > 0)
    const checked = printed.map(({manifest}) => manifest)
    return toReading(look, {checked, whole: 'COVERAGE_UNKNOWN', isListKnown: false}, {blocks: printed})
  },
  'State moved': (look, random) => {
    const moved = look.names.filter((_, at) => at === 0 || random.chance(0.4))
    const blocks = look.blocks.map(block =>
      moved.includes(block.manifest) ? {...block, entries: block.entries.filter(() => random.chance(0.6))} : block,
    )
    return toReading({...look, blocks}, {checked: look.names, moved}, {})
  },
  duplicate: (look, random) => {
    const name = random.pick(look.names)
    const checked = look.names.filter(one => one !== name)
    const twice = look.toList().flatMap(one => (one.name === name ? [one, one] : [one]))
    const truth = {checked, broken: [name], ...(checked.length === 0 ? failed('DUPLICATE_MANIFEST') : {})}
    return toReading({...look, toList: () => twice}, truth, {})
  },
}

type Proves = {
  readonly checked: readonly string[]
  readonly kind?: Truth['kind']
  readonly whole?: string | null
  readonly broken?: readonly string[]
  readonly moved?: readonly string[]
  readonly isListKnown?: boolean
}

function failed(whole: string): Pick<Proves, 'kind' | 'whole'> {
  return {kind: 'failed', whole}
}

type Output = StateReading['outputs'][number]

function toReading(look: Look, proves: Proves, output: Partial<Output>): Reading {
  const {checked, whole = null, broken = [], moved = [], isListKnown = true} = proves
  const kind = proves.kind ?? (whole === null && checked.length === look.names.length ? 'complete' : 'incomplete')
  const unprinted = look.names.filter(name => !checked.includes(name))
  const blocks = output.blocks ?? look.blocks.filter(({entries}) => entries.length > 0)
  const truth: Truth = {
    kind,
    whole,
    checked: new Map(
      look.blocks.filter(({manifest}) => checked.includes(manifest)).map(({manifest, entries}) => [manifest, entries]),
    ),
    failures: new Map(
      whole === null ? unprinted.map(name => [name, broken.includes(name) ? 'error' : 'not-checked']) : [],
    ),
    listed: isListKnown && kind !== 'failed' ? look.listed : null,
    moved: new Set(moved),
    digest: look.digest,
  }
  const outcome: StateReading = {
    version: '0.4.4',
    list: isListKnown ? look.toList() : null,
    listFailure: isListKnown ? null : {message: 'it said no', hint: null},
    outputs: [
      {
        exitCode: 0,
        failure: null,
        skipped: {named: [], unnamed: 0, unattributed: []},
        ...output,
        blocks: blocks.filter(({manifest}) => !output.skipped?.named.includes(manifest)).map(unjoined),
      },
    ],
    moved: new Set(moved),
  }
  return {truth, sourceError: null, outcome}
}

/** As printed: a modified row tells its new hash only. */
function unjoined(block: DiffBlock): DiffBlock {
  return {
    ...block,
    entries: block.entries.map(entry => (entry.diffType === 'modified' ? {...entry, oldHash: null} : entry)),
  }
}

function failedReading(look: Look, error: ErrorCode, where: 'source' | 'tazuna'): Reading {
  const truth: Truth = {...unread, whole: error, digest: look.digest}
  return {truth, sourceError: where === 'source' ? error : null, outcome: error}
}

function toFailure(manifest: string | null): TazunaFailure {
  const message = 'running tazuna state diff: exit code 1'
  return {code: 'TAZUNA_FAILED', message, hint: null, manifest, line: 'it failed'}
}

import {WatchError} from '../../src/errors.ts'
import {randomOf, type Random} from './random.ts'

/** One place where foreign input comes in. */
export type FuzzTarget<Input = unknown> = {
  readonly name: string
  /** The same for the same chance. */
  makeInput(random: Random): Input
  /** Gives the input to the code and throws when what comes out breaks a rule; what the code itself throws goes through. */
  check(input: Input, random: Random): Promise<void> | void
}

export type FuzzOptions = {
  readonly seed: number
  readonly count: number
  /** The number of the first input: one input can be looked at again. */
  readonly first?: number
}

export type FuzzResult = {
  /** How often the code took an input (`taken`), or refused it with which code. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly seconds: number
  /** Milliseconds of the input that took longest. */
  readonly slowest: number
}

/** Milliseconds of the processor for one input. */
const patience = 2000

/**
 * Gives a target its inputs. Throws at the first that crashes it, is refused otherwise than with a coded error on one line,
 * takes too long, or changes what all objects have.
 */
export async function fuzz<Input>(
  target: FuzzTarget<Input>,
  {seed, count, first = 0}: FuzzOptions,
): Promise<FuzzResult> {
  const outcomes: Record<string, number> = {}
  const prototypes = prototypeKeys()
  const start = performance.now()
  let slowest = 0
  for (let index = first; index < first + count; index += 1) {
    const random = randomOf(seed, index)
    const input = target.makeInput(random)
    const begin = performance.now()
    const cpu = process.cpuUsage()
    try {
      const outcome = await outcomeOf(target, input, random)
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      if (prototypeKeys() !== prototypes) throw new Error('it changed what all objects have')
      const took = performance.now() - begin
      slowest = Math.max(slowest, took)
      if (took > patience) requireFast(process.cpuUsage(cpu))
    } catch (error) {
      const again = `node test/fuzz/fuzz.ts --seed ${seed} --first ${index} --count 1 ${target.name}`
      throw new Error(`${target.name}, again with \`${again}\`, with ${show(input)}: ${String(error)}`, {cause: error})
    }
  }
  return {outcomes, seconds: (performance.now() - start) / 1000, slowest}
}

async function outcomeOf<Input>(target: FuzzTarget<Input>, input: Input, random: Random): Promise<string> {
  try {
    await target.check(input, random)
    return 'taken'
  } catch (error) {
    if (!(error instanceof WatchError) || !/^(?:ARTIFACT|CONFIG)_/.test(error.code)) throw error
    if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(error.message) || error.message.length > 2000) {
      throw new Error(`its text is not one short line: ${JSON.stringify(error.message)}`, {cause: error})
    }
    return error.code
  }
}

/** The machine may do other things meanwhile. */
function requireFast({user, system}: NodeJS.CpuUsage): void {
  const took = (user + system) / 1000
  if (took > patience) throw new Error(`it took ${Math.round(took)} ms`)
}

function prototypeKeys(): number {
  return [Object.prototype, Array.prototype, Function.prototype].flatMap(Reflect.ownKeys).length
}

function show(input: unknown): string {
  const text = JSON.stringify(input, (_, value: unknown) => {
    const {type, data} = (value ?? {}) as {type?: unknown; data?: unknown}
    return type === 'Buffer' ? Buffer.from(data as number[]).toString('base64') : value
  })
  return text.length > 20_000 ? `${text.slice(0, 20_000)}…` : text
}

/** What makes a rule of a target. */
export function requireThat(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`broken rule: ${rule}`)
}

import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'

import {challengeTarget} from './challenge-target.ts'
import {fuzz, type FuzzTarget} from './fuzz-target.ts'
import {layerTarget} from './layer-target.ts'
import {manifestTarget} from './manifest-target.ts'
import {referenceTarget} from './reference-target.ts'
import {tarTarget} from './tar-target.ts'

/**
 * Gives all targets, or those that are named, random inputs: `node test/fuzz/fuzz.ts [--seed N] [--count N] [--first N]
 * [TARGET…]`. Without a seed each call has another one. The tests do the same with a fixed seed.
 */
const {values, positionals} = parseArgs({
  allowPositionals: true,
  options: {seed: {type: 'string'}, count: {type: 'string'}, first: {type: 'string'}},
})
const seed = Number(values.seed ?? Date.now() % 2 ** 31)
const count = Number(values.count ?? 100_000)
const first = Number(values.first ?? 0)
const root = mkdtempSync(join(tmpdir(), 'tw-fuzz-'))
const targets = [challengeTarget, referenceTarget, manifestTarget, tarTarget, layerTarget(root)] as FuzzTarget[]
try {
  for (const target of targets.filter(({name}) => positionals.length === 0 || positionals.includes(name))) {
    process.stdout.write(`${target.name}: seed ${seed}, ${count} inputs from ${first}\n`)
    const {outcomes, seconds, slowest} = await fuzz(target, {seed, count, first})
    const sorted = Object.entries(outcomes).toSorted(([, a], [, b]) => b - a)
    for (const [outcome, times] of sorted) process.stdout.write(`  ${outcome.padEnd(40)}${times}\n`)
    process.stdout.write(`  ${seconds.toFixed(1)} s, the slowest input ${slowest.toFixed(1)} ms\n`)
  }
} finally {
  rmSync(root, {recursive: true, force: true})
}

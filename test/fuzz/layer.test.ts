import {readdir} from 'node:fs/promises'
import {expect, it} from 'vitest'

import {tempDir} from '../support/temp-dir.ts'
import {fuzz} from './fuzz-target.ts'
import {layerTarget} from './layer-target.ts'
import {seed} from './seed.ts'

const count = 2000

it(
  `a layer with random input of seed ${seed} makes plain files in its folder, and nothing elsewhere`,
  {
    timeout: 120_000,
  },
  async () => {
    await using dir = await tempDir()
    const {outcomes} = await fuzz(layerTarget(dir.path), {seed, count})
    expect(outcomes['taken']).toBeGreaterThan(count / 20)
    expect(await readdir(dir.path)).toEqual([])
  },
)

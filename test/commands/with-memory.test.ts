import {readFileSync, writeFileSync} from 'node:fs'

import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {withMemory} from '../../src/commands/with-memory.ts'
import {memoryOf} from '../memory/memory-builder.ts'
import {memoryWorld, type MemoryWorld} from './memory-world.ts'

let w: MemoryWorld
beforeEach(async () => {
  w = await memoryWorld()
})
afterEach(() => w[Symbol.asyncDispose]())

/** Others save so often while a command changes the memory; gives how often that tried. */
async function changeWhileOthersSave(times: number): Promise<number> {
  const files: Buffer[] = []
  for (const source of ['one', 'other']) {
    await w.keep(memoryOf({}, {source}))
    files.push(readFileSync(w.path))
  }
  let tries = 0
  await withMemory(w.flags, w.context(), opened =>
    opened.change('changing', memory => {
      if (tries < times) writeFileSync(w.path, files[tries % 2]!)
      tries += 1
      return {...memory, lastSuccessAt: '2026-11-20T15:00:00Z'}
    }),
  )
  return tries
}

describe('withMemory', () => {
  it('says where the memory is, and opens the same one as a run', async () => {
    await w.keep(memoryOf({}, {source: 'oci://r/x:1'}))
    const found = await withMemory(w.flags, w.context(), async ({store, load}) => ({store, memory: await load()}))
    expect(found).toMatchObject({store: `file ${w.path}`, memory: {source: 'oci://r/x:1'}})
  })

  it('gives what others saved meanwhile to the change, and saves that', async () => {
    expect(await changeWhileOthersSave(4)).toBe(5)
    expect(await w.load()).toMatchObject({source: 'other', lastSuccessAt: '2026-11-20T15:00:00Z'})
  })

  it('gives up after five tries, and changes nothing', async () => {
    await expect(changeWhileOthersSave(5)).rejects.toMatchObject({
      code: 'MEMORY_BUSY',
      message: `changing in file ${w.path}: 5 times somebody else saved first`,
    })
    expect(await w.load()).toMatchObject({source: 'one', lastSuccessAt: null})
  })

  it.each([
    ['is damaged', '{"schema": "tazuna-watch/memory/v1"}', 'MEMORY_UNAVAILABLE'],
    ['is no memory', '[]', 'MEMORY_UNAVAILABLE'],
  ])('throws when what is kept %s, and leaves it', async (_title, text, code) => {
    writeFileSync(w.path, text)
    const loading = withMemory(w.flags, w.context(), ({load}) => load())
    await expect(loading).rejects.toMatchObject({code})
    const changing = withMemory(w.flags, w.context(), ({change}) => change('changing', memory => memory))
    await expect(changing).rejects.toMatchObject({code})
    expect(readFileSync(w.path, 'utf8')).toBe(text)
  })

  it('throws MEMORY_UNREACHABLE when it is interrupted', async () => {
    const context = w.context({interrupt: AbortSignal.abort('SIGINT')})
    await expect(withMemory(w.flags, context, ({load}) => load())).rejects.toMatchObject({code: 'MEMORY_UNREACHABLE'})
  })

  it('is wrong usage without a memory, and a wrong config without a cluster', async () => {
    const none = withMemory(w.flags, w.context({env: {TAZUNA_WATCH_MEMORY: 'none'}}), ({load}) => load())
    await expect(none).rejects.toMatchObject({name: 'UsageError', message: expect.stringContaining('no memory')})
    await expect(withMemory({}, w.context(), ({load}) => load())).rejects.toMatchObject({code: 'CONFIG_INVALID'})
  })
})

import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {Readable} from 'node:stream'
import {setTimeout as sleep} from 'node:timers/promises'

import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {memoryReset} from '../../src/commands/memory-reset.ts'
import type {CommandContext} from '../../src/commands/context.ts'
import {emptyMemory} from '../../src/model/memory.ts'
import {knownEntry, memoryOf} from '../memory/memory-builder.ts'
import {memoryWorld, type MemoryWorld} from './memory-world.ts'

const kept = memoryOf(
  {web: {'web/apps/v1/Deployment/web/nginx': knownEntry()}, api: {}},
  {mutes: [{key: 'web', reason: '', createdAt: '2026-11-20T00:00:00Z', until: '2026-12-20T00:00:00Z', content: null}]},
)
const content = 'what is known of 2 Manifests, what 1 notifier got, and 1 mute'

let w: MemoryWorld
beforeEach(async () => {
  w = await memoryWorld()
})
afterEach(() => w[Symbol.asyncDispose]())

/** A context with a terminal, at which this is typed. */
function typing(text: string, changes: Partial<CommandContext> = {}): CommandContext {
  const context = w.context(changes)
  const stdin = Object.assign(Readable.from(text === '' ? [] : [text]), {isTTY: true})
  return {...context, stdin, stdout: {...context.stdout, isTTY: true}}
}

const prose = () => w.said().stdout.replaceAll(/\s+/g, ' ').trim()

describe('memory reset', () => {
  it('keeps nothing, not even the key, and says what the next run does', async () => {
    await w.keep(kept)
    expect(await memoryReset({...w.flags, yes: true}, w.context())).toBe(0)
    const memory = (await w.load())!
    expect(memory).toEqual(emptyMemory('prod', 'default', memory.key))
    expect(memory.key).not.toBe(kept.key)
    expect(w.said().stderr).toBe('')
    expect(prose()).toBe(
      `Forgot ${content} (file ${w.path}). The next run tells every notifier all drift there is, in one digest.`,
    )
  })

  it.each([
    ['y\n', true],
    ['YES\n', true],
    ['yeah\n', false],
    ['\n', false],
    ['', false],
  ])('asks on a terminal, where %j means %j', async (text, isYes) => {
    await w.keep(kept)
    expect(await memoryReset({...w.flags, yes: false}, typing(text))).toBe(0)
    const asked = w.said().stderr.replaceAll(/\s+/g, ' ')
    expect(asked).toBe(`Forget ${content}? (file ${w.path}) [y/N] `)
    expect((await w.load())!.manifests.size).toBe(isYes ? 0 : 2)
    expect(prose()).toContain(isYes ? 'Forgot what is known' : `Nothing was forgotten (file ${w.path}).`)
  })

  it('asks on lines of its own, with nothing drawn over them, also while nobody answers', async () => {
    await w.keep(kept)
    const stdin = Object.assign(new Readable({read: () => undefined}), {isTTY: true})
    const context = typing('')
    const stderr = {...context.stderr, isTTY: true, columns: 80}
    const resetting = memoryReset({...w.flags, yes: false}, {...context, stdin, stderr})
    await sleep(350)
    stdin.push('n\n')
    stdin.push(null)
    await resetting
    const shown = w.said().stderr
    const question = shown.slice(shown.indexOf('Forget'))
    expect(question).toMatch(/ \[y\/N\] $/)
    expect(question.replaceAll(/\s+/g, ' ')).toBe(`Forget ${content}? (file ${w.path}) [y/N] `)
    // a path is not cut
    const prose = question.split('\n').filter(line => !line.includes(w.path))
    expect(Math.max(...prose.map(line => line.length))).toBeLessThanOrEqual(80)
  })

  it('forgets nothing when it is interrupted while it asks', async () => {
    await w.keep(kept)
    const interrupt = new AbortController()
    const stdin = Object.assign(new Readable({read: () => interrupt.abort('SIGINT')}), {isTTY: true})
    const context = {...typing('', {interrupt: interrupt.signal}), stdin}
    await expect(memoryReset({...w.flags, yes: false}, context)).rejects.toMatchObject({code: 'CANCELLED'})
    expect(await w.load()).toEqual(kept)
  })

  it('wants --yes where nobody can be asked', async () => {
    await w.keep(kept)
    const asking = memoryReset({...w.flags, yes: false}, w.context())
    await expect(asking).rejects.toMatchObject({name: 'UsageError', hint: expect.stringContaining('--yes')})
    expect(await w.load()).toEqual(kept)
  })

  it('does nothing where nothing is kept', async () => {
    expect(await memoryReset({...w.flags, yes: true}, w.context())).toBe(0)
    expect(prose()).toBe(`There is nothing to forget: nothing was kept yet (file ${w.path}).`)
    expect(await w.load()).toBeNull()
  })

  it('waits for a run that is telling the notifiers, which would write back what it knows', async () => {
    const claim = {run: 'r1', group: 'g', at: '2026-11-20T14:59:00Z', until: '2026-11-20T15:10:00Z'}
    await w.keep({...kept, claim})
    await expect(memoryReset({...w.flags, yes: false}, typing('y\n'))).rejects.toMatchObject({
      code: 'MEMORY_BUSY',
      message: expect.stringContaining('run r1 is telling the notifiers, until 2026-11-20 15:10 UTC'),
    })
    expect(w.said().stderr).toBe('') // nobody was asked
    expect(await w.load()).toEqual({...kept, claim})
    await w.keep({...kept, claim: {...claim, until: '2026-11-20T15:00:00Z'}})
    expect(await memoryReset({...w.flags, yes: true}, w.context())).toBe(0)
  })

  it('overwrites nothing that cannot be used, and says how to begin anew by hand', async () => {
    await writeFile(w.path, '{}')
    await expect(memoryReset({...w.flags, yes: true}, w.context())).rejects.toMatchObject({
      code: 'MEMORY_UNAVAILABLE',
      message: expect.stringContaining(w.path),
      hint: `restore it from a copy, or begin anew: rm ${w.path}`,
    })
    expect(await readFile(w.path, 'utf8')).toBe('{}')
  })

  it('quotes a path for the shell, and proposes nothing for the memory of another watch', async () => {
    const path = join(w.dir.path, "it's a memory.json")
    await writeFile(path, '{}')
    const asking = memoryReset({...w.flags, yes: true}, w.context({env: {TAZUNA_WATCH_MEMORY: `file:${path}`}}))
    const hint = `restore it from a copy, or begin anew: rm '${w.dir.path}/it'\\''s a memory.json'`
    await expect(asking).rejects.toMatchObject({hint})
    await w.keep(kept)
    await expect(memoryReset({cluster: 'test', yes: true}, w.context())).rejects.toMatchObject({
      hint: expect.not.stringContaining('anew'),
    })
  })
})

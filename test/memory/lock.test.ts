import {writeFileSync} from 'node:fs'
import {mkdtemp, readFile, readdir, rm, utimes, writeFile} from 'node:fs/promises'
import {hostname, tmpdir} from 'node:os'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {takeLock, type LockOptions} from '../../src/memory/lock.ts'
import {startWorker} from './worker.ts'

const signal = new AbortController().signal

describe('takeLock', () => {
  let folder: string
  let path: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tw-test-'))
    path = join(folder, 'lock')
  })
  afterEach(() => rm(folder, {recursive: true, force: true}))

  const take = (options: Partial<LockOptions> = {}) =>
    takeLock(path, {clock: () => new Date(), wait: 100, signal, ...options})
  const files = () => readdir(folder)

  /** A lock whose holder is gone. */
  async function abandon(): Promise<void> {
    await using worker = startWorker('lock-taker.ts', [path, '', '0'])
    worker.begin()
    expect(await worker.said()).toBe('taken')
  }

  it('is one file with host and process, and none after the release', async () => {
    const lock = await take()
    expect(await files()).toStrictEqual(['lock'])
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({
      id: lock!.id,
      pid: process.pid,
      host: expect.stringContaining(hostname()),
      at: expect.any(Number),
    })
    await lock!.release()
    expect(await files()).toStrictEqual([])
  })

  it('waits for a living holder, as long as it is told to', async () => {
    await using worker = startWorker('lock-taker.ts', [path, '', '0'])
    worker.begin()
    await worker.said()
    const start = performance.now()
    expect(await take({wait: 150})).toBeNull()
    expect(performance.now() - start).toBeGreaterThanOrEqual(150)
    expect(await files()).toStrictEqual(['lock'])
  })

  it('gets it soon after it was released', async () => {
    const lock = await take()
    const waiting = take({wait: 5_000})
    await sleep(100)
    await lock!.release()
    expect(await waiting).not.toBeNull()
  })

  it('waits no longer when it is interrupted', async () => {
    await take()
    await expect(take({wait: 5_000, signal: AbortSignal.timeout(50)})).rejects.toThrow(/abort/)
  })

  it('takes over from a dead process, and removes all at the release', async () => {
    await abandon()
    const lock = await take()
    expect(lock).not.toBeNull()
    await lock!.release()
    expect(await files()).toStrictEqual([])
  })

  it('takes over from a process of this number that was another one', async () => {
    const lock = await take()
    const holder = JSON.parse(await readFile(path, 'utf8')) as object
    expect(await take()).toBeNull()
    await writeFile(path, JSON.stringify({...holder, born: 1}))
    expect(await take()).not.toBeNull()
    expect(lock).not.toBeNull()
  })

  it.each([
    ['another host', {host: 'elsewhere'}],
    ['a living process', {}],
  ])('takes over from %s after a minute, by whichever clock', async (_what, other) => {
    await take()
    const holder = JSON.parse(await readFile(path, 'utf8')) as object
    await writeFile(path, JSON.stringify({...holder, ...other}))
    expect(await take({clock: laterBy(55)})).toBeNull()
    expect(await take({clock: laterBy(-55)})).toBeNull()
    const late = await take({clock: laterBy(65)})
    await late!.release()
    expect(await files()).toStrictEqual([])
    await writeFile(path, JSON.stringify({...holder, ...other}))
    expect(await take({clock: laterBy(-65)})).not.toBeNull()
  })

  it.each(['', '{"id":"../../x"}', 'null', '[]', '{'])('takes over a file that says %j when it is old', async text => {
    await writeFile(path, text)
    expect(await take()).toBeNull()
    const old = new Date(Date.now() - 65_000)
    await utimes(path, old, old)
    const lock = await take()
    await lock!.release()
    expect(await files()).toStrictEqual([])
  })

  it('takes over from one that took over, and so on', async () => {
    for (const _ of [1, 2, 3]) await abandon()
    expect(await files()).toHaveLength(3)
    const lock = await take()
    expect(await take()).toBeNull()
    await lock!.release()
    expect(await files()).toStrictEqual([])
  })

  it('is not whole without its first file: who released it was about to remove the rest', async () => {
    await abandon()
    await abandon()
    await rm(path)
    const lock = await take()
    expect([...lock!.files]).toStrictEqual([path])
  })

  it('sees that all was released, and taken by another, just before it followed the chain', async () => {
    await abandon()
    let asked = 0
    const clock = () => {
      // after it has read who holds the first file, before it makes the next
      if ((asked += 1) === 3) writeFileSync(path, holder())
      return new Date()
    }
    expect(await take({clock, wait: 0})).toBeNull()
    expect(await files()).toStrictEqual(['lock'])
  })

  it('tells a holder that slept that it was taken over, and lets it remove nothing', async () => {
    const sleeper = await take()
    const other = await take({clock: laterBy(65)})
    expect(other).not.toBeNull()
    expect(await sleeper!.renew()).toBe(false)
    await sleeper!.release()
    expect(await take({clock: laterBy(70)})).toBeNull()
    await other!.release()
    expect(await files()).toStrictEqual([])
  })

  it('holds for another minute when it is renewed', async () => {
    let now = Date.now()
    const lock = await take({clock: () => new Date(now)})
    now += 50_000
    expect(await lock!.renew()).toBe(true)
    expect(await take({clock: laterBy(100)})).toBeNull()
    expect(await take({clock: laterBy(115)})).not.toBeNull()
  })

  it('rejects with what the file system says', async () => {
    await expect(takeLock(join(folder, 'no', 'lock'), {clock: () => new Date(), wait: 0, signal})).rejects.toThrow(
      /ENOENT/,
    )
  })

  it('is held by one process at a time, also while dead ones are taken over', async () => {
    const counter = join(folder, 'counter')
    await writeFile(counter, '0')
    await abandon()
    await abandon()
    const workers = [1, 2, 3, 4].map(() => startWorker('lock-taker.ts', [path, counter, '25']))
    await using killer = startWorker('lock-taker.ts', [path, '', '0'])
    for (const worker of [...workers, killer]) worker.begin()
    // it holds the lock at some time, and dies
    await killer.said()
    await killer.kill()
    const ends = await Promise.all(workers.map(worker => worker.end()))
    expect(ends).toStrictEqual(workers.map(() => ({code: 0, stdout: '', stderr: ''})))
    expect(await readFile(counter, 'utf8')).toBe('100')
    // the dead one may have come last
    const lock = await take()
    await lock!.release()
    expect(await files()).toStrictEqual(['counter'])
  })
})

/** What the lock of a living process says. */
function holder(): string {
  const id = '01234567-89ab-cdef-0123-456789abcdef'
  return JSON.stringify({id, pid: process.pid, host: 'elsewhere', born: 0, at: Date.now()})
}

function laterBy(seconds: number): () => Date {
  return () => new Date(Date.now() + seconds * 1000)
}

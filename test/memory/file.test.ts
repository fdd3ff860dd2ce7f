import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {chmod, lstat, mkdir, readFile, readdir, rm, stat, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {describe, expect, it} from 'vitest'

import {fileMemory, type FileOptions} from '../../src/memory/file.ts'
import {replaceFile} from '../../src/memory/replace-file.ts'
import {memoryContract} from '../contract/memory-contract.ts'
import {tempDir} from '../support/temp-dir.ts'
import {until} from '../support/until.ts'
import {knownEntry, largeMemory, memoryOf} from './memory-builder.ts'
import {startWorker} from './worker.ts'

const never = new AbortController().signal
const memory = memoryOf({web: {'web/v1/ConfigMap/shop/a': knownEntry()}})
const identity = {cluster: 'prod', watch: 'default', writtenBy: '1.2.3', clock: () => new Date()}

function open(path: string, options: Partial<FileOptions> = {}) {
  return fileMemory({...identity, path, ...options})
}

describe('fileMemory', () => {
  memoryContract(async () => {
    const dir = await tempDir()
    const path = join(dir.path, 'state', 'memory.json')
    const put = async (bytes: string | Buffer) => {
      await mkdir(join(dir.path, 'state'), {recursive: true})
      await writeFile(path, bytes)
    }
    return {
      open: (watch = 'default') => open(path, {watch}),
      read: () => readFile(path).catch(() => null),
      write: put,
      damage: put,
      [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
    }
  })

  it('makes a folder and a file for its owner only, and leaves nothing else', async () => {
    await using dir = await tempDir()
    const folder = join(dir.path, 'a', 'b')
    const path = join(folder, 'memory.json')
    expect(await open(path).save(memory, null, never)).toMatchObject({state: 'saved'})
    expect(await readdir(folder)).toStrictEqual(['memory.json'])
    const modes = await Promise.all([join(dir.path, 'a'), folder, path].map(async path => (await stat(path)).mode))
    expect(modes.map(mode => mode & 0o777)).toStrictEqual([0o700, 0o700, 0o600])
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({schema: 'tazuna-watch/memory/v1', cluster: 'prod'})
  })

  it('closes a file that others could read', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'memory.json')
    const saved = await open(path).save(memory, null, never)
    await chmod(path, 0o644)
    const version = saved.state === 'saved' ? saved.version : null
    expect(await open(path).save({...memory, source: 'x'}, version, never)).toMatchObject({state: 'saved'})
    expect((await stat(path)).mode & 0o777).toBe(0o600)
  })

  it('replaces the file that a link leads to, also one that is not there yet, and shares its lock', async () => {
    await using dir = await tempDir()
    await mkdir(join(dir.path, 'real'))
    const [link, real] = [join(dir.path, 'link.json'), join(dir.path, 'real', 'memory.json')]
    await symlink(join('real', 'memory.json'), link)
    const saved = await open(link).save(memory, null, never)
    expect(saved).toMatchObject({state: 'saved'})
    expect(await open(real).load(never)).toMatchObject({state: 'loaded', memory})
    const version = saved.state === 'saved' ? saved.version : null
    await writeFile(`${real}.lock`, holder({pid: 1, host: 'elsewhere'}))
    expect(await open(link, {lockWait: 50}).save(memory, version, never)).toMatchObject({state: 'unreachable'})
    await rm(`${real}.lock`)
    expect(await open(link).save({...memory, source: 'x'}, version, never)).toMatchObject({state: 'saved'})
    expect((await lstat(link)).isSymbolicLink()).toBe(true)
    expect(await readdir(join(dir.path, 'real'))).toStrictEqual(['memory.json'])
  })

  it('removes what killed processes left, and nothing else', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'memory.json')
    const uuid = '01234567-89ab-cdef-0123-456789abcdef'
    const others = ['memory.json.bak', 'memory.json.tmp', 'other.json', `other.json.${uuid}.tmp`]
    for (const name of [...others, `memory.json.${uuid}.tmp`, `memory.json.lock.${uuid}`]) await dir.write(name, '')
    expect(await open(path).save(memory, null, never)).toMatchObject({state: 'saved'})
    expect((await readdir(dir.path)).toSorted()).toStrictEqual(['memory.json', ...others].toSorted())
  })

  it.each([
    ['a folder', (path: string) => mkdir(path), 'unusable', 'it is no file', 'name another file'],
    ['below a file', (path: string) => writeFile(join(path, '..'), ''), 'unusable', 'ENOTDIR', 'name another file'],
    ['a circle of links', (path: string) => symlink(path, path), 'unusable', 'ELOOP', 'name another file'],
  ] as const)('says of %s that it cannot be read', async (_what, make, state, problem, hint) => {
    await using dir = await tempDir()
    const path = join(dir.path, 'folder', 'memory.json')
    if (problem !== 'ENOTDIR') await mkdir(join(dir.path, 'folder'))
    await make(path)
    expect(await open(path).load(never)).toStrictEqual({
      state,
      message: expect.stringMatching(new RegExp(`^reading the memory in ${path}: ${problem}`)),
      hint: expect.stringContaining(hint),
    })
    expect(await open(path).save(memory, null, never)).not.toMatchObject({state: 'saved'})
  })

  it('does not wait for a pipe', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'pipe')
    await once(spawn('mkfifo', [path]), 'exit')
    expect(await open(path).load(never)).toMatchObject({state: 'unusable', message: expect.stringContaining('no file')})
  })

  it('says that a name is too long', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'x'.repeat(250))
    expect(await open(path).save(memory, null, never)).toMatchObject({
      state: 'unusable',
      message: expect.stringMatching(/^saving the memory in .*: ENAMETOOLONG/),
    })
  })

  it('says that it has no right to read or to save', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'memory.json')
    const saved = await open(path).save(memory, null, never)
    const version = saved.state === 'saved' ? saved.version : null
    await chmod(dir.path, 0o555)
    const cannotSave = await asNobody(() => open(path).save(memory, version, never))
    const cannotRead = await asNobody(() => open(path).load(never))
    await chmod(dir.path, 0o755)
    const hint = 'let this user read and write the file and its folder, or name another file'
    const message = (what: string) => expect.stringMatching(new RegExp(`^${what} the memory in ${path}: EACCES`))
    expect(cannotSave).toStrictEqual({state: 'unusable', message: message('saving'), hint})
    // without root it is the owner who reads
    const unreadable = {state: 'unusable', message: message('reading'), hint}
    expect(cannotRead).toMatchObject(process.getuid?.() === 0 ? unreadable : {state: 'loaded'})
  })

  it('says that there is no room, and leaves what is there', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'memory.json')
    await open(path).save(memory, null, never)
    const before = await readFile(path)
    // its lock is short enough, the memory is not
    await using worker = startWorker('memory-writer.ts', [path, 'x'.repeat(3000), '1'], {fileLimit: 1})
    worker.begin()
    const {stdout} = await worker.end()
    expect(stdout).toMatch(/^unreachable: saving the memory in .*: EFBIG/)
    expect(await readFile(path)).toStrictEqual(before)
    expect(await readdir(dir.path)).toStrictEqual(['memory.json'])
  })

  it('saves nothing that it would not read: it folds, and what is too large then it refuses', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'memory.json')
    const [large, whole] = [largeMemory(3, 20), join(dir.path, 'whole.json')]
    await open(whole).save(large, null, never)
    const sizeLimit = (await stat(whole)).size - 1
    const saved = await open(path, {sizeLimit}).save(large, null, never)
    expect(saved).toMatchObject({state: 'saved', folded: [expect.any(String)]})
    expect(await open(path, {sizeLimit}).load(never)).toMatchObject({state: 'loaded'})
    const before = await readFile(path)
    const version = saved.state === 'saved' ? saved.version : null
    expect(await open(path, {sizeLimit: 100}).save(large, version, never)).toMatchObject({
      state: 'unusable',
      message: expect.stringMatching(/^saving the memory in .*: it would have \d+ bytes/),
    })
    expect(await readFile(path)).toStrictEqual(before)
  })

  it('waits for another process that saves, but not for long', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'memory.json')
    await dir.write('memory.json.lock', holder({pid: 1, host: 'elsewhere'}))
    expect(await open(path, {lockWait: 100}).save(memory, null, never)).toStrictEqual({
      state: 'unreachable',
      message: `saving the memory in ${path}: another process holds ${path}.lock`,
      hint: 'the next run tries again; the lock of a process that died is taken over after a minute',
    })
    expect(await open(path).save(memory, null, AbortSignal.timeout(50))).toMatchObject({
      state: 'unreachable',
      message: `saving the memory in ${path}: it was interrupted, or took too long`,
    })
    expect(await open(path).load(never)).toMatchObject({state: 'loaded', memory: null})
  })

  it('loses no save of several processes', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'state', 'memory.json')
    const names = ['a', 'b', 'c']
    const workers = names.map(name => startWorker('memory-writer.ts', [path, name, '15']))
    for (const worker of workers) worker.begin()
    const ends = await Promise.all(workers.map(worker => worker.end()))
    expect(ends).toStrictEqual(workers.map(() => ({code: 0, stdout: 'saved', stderr: ''})))
    expect(await keysIn(path)).toStrictEqual(
      names.flatMap(name => Array.from({length: 15}, (_, index) => `${name}-${index}`)).toSorted(),
    )
    expect(await readdir(join(dir.path, 'state'))).toStrictEqual(['memory.json'])
  })

  it('replaces nothing when its lock was taken over', async () => {
    await using dir = await tempDir()
    const path = await dir.write('memory.json', 'before')
    const files = new Set([`${path}.lock`])
    const lock = {id: 'a', files, renew: () => Promise.resolve(false), release: () => Promise.resolve()}
    expect(await replaceFile(path, Buffer.from('after'), lock, true)).toBe(false)
    expect(await readFile(path, 'utf8')).toBe('before')
    expect(await readdir(dir.path)).toStrictEqual(['memory.json'])
  })

  it('has all that was saved, and can be saved, whenever a process is killed', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'memory.json')
    // large enough to be killed in the middle of it
    expect(await open(path).save(largeMemory(100, 100), null, never)).toMatchObject({state: 'saved'})
    let keys: string[] = []
    for (const [index, wait] of [0, 3, 5, 8, 13, 21].entries()) {
      await using worker = startWorker('memory-writer.ts', [path, `k${index}`, '100000'])
      worker.begin()
      // until it saves, then for a while
      await until('it has saved', 10_000, async () => (await keysIn(path)).includes(`k${index}-0`))
      await sleep(wait)
      await worker.kill()
      const now = await keysIn(path)
      expect(now).toStrictEqual(expect.arrayContaining(keys))
      keys = now
    }
    const loaded = await open(path).load(never)
    const version = loaded.state === 'loaded' ? loaded.version : null
    expect(await open(path).save(memory, version, never)).toMatchObject({state: 'saved'})
    expect(await readdir(dir.path)).toStrictEqual(['memory.json'])
  })
})

async function keysIn(path: string): Promise<string[]> {
  const loaded = await open(path).load(never)
  if (loaded.state !== 'loaded') throw new Error(loaded.message)
  return (loaded.memory?.mutes ?? []).map(({key}) => key).toSorted()
}

/** As a user without rights, where this one has all of them. */
async function asNobody<T>(run: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return await run()
  process.seteuid?.(65_534)
  try {
    return await run()
  } finally {
    process.seteuid?.(0)
  }
}

function holder(fields: object): string {
  return JSON.stringify({id: '01234567-89ab-cdef-0123-456789abcdef', born: 0, at: Date.now(), ...fields})
}

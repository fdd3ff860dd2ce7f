import {afterEach, beforeEach, describe, expect, it} from 'vitest'

import {mute} from '../../src/commands/mute.ts'
import {unmute} from '../../src/commands/unmute.ts'
import {knownEntry, memoryOf} from '../memory/memory-builder.ts'
import {memoryWorld, now, type MemoryWorld} from './memory-world.ts'

const days = 24 * 3_600_000
const nginx = 'web/apps/v1/Deployment/web/nginx'
const conf = 'web//v1/ConfigMap/web/conf'
const kept = memoryOf({
  web: {
    [nginx]: knownEntry(),
    [conf]: knownEntry({diffType: 'removed', hash: 'ffffffffffff'}),
    'web//v1/ConfigMap/web/ignored': knownEntry({filteredBy: 'ignore-rule'}),
    'web//v1/ConfigMap/web/gone': knownEntry({absentSince: '2026-11-20T12:00:00Z'}),
  },
  api: {},
})
const ofNginx = [nginx, {diffType: 'modified', hash: '0123456789ab'}] as const
const ofConf = [conf, {diffType: 'removed', hash: 'ffffffffffff'}] as const

let w: MemoryWorld
beforeEach(async () => {
  w = await memoryWorld()
})
afterEach(() => w[Symbol.asyncDispose]())

const flagsOf = (reason = 'ticket 4711', length = 7 * days) => ({...w.flags, for: length, reason})

describe('mute', () => {
  it.each<[string, string, readonly (readonly [string, object])[] | null, string, string]>([
    ['a State key', nginx, [ofNginx], '1 entry now', 'its diff type or content changes'],
    ['a Manifest', 'web', [ofNginx, ofConf], '2 entries now', 'one of them changes, or a new one comes'],
    ['a Manifest in sync', 'api', null, 'nothing of it is open now', 'about the first drift that is seen of it'],
    ['an ignored entry', 'web//v1/ConfigMap/web/ignored', null, 'nothing of it is open now', 'the first drift'],
  ])('keeps what is open now of %s', async (_title, key, content, what, end) => {
    await w.keep(kept)
    expect(await mute(key, flagsOf(), w.context())).toBe(0)
    const times = {createdAt: '2026-11-20T15:00:00Z', until: '2026-11-27T15:00:00Z'}
    const {mutes, ...rest} = (await w.load())!
    expect(mutes).toEqual([{key, reason: 'ticket 4711', ...times, content: content && new Map(content)}])
    expect({...rest, mutes: []}).toEqual(kept)
    const {stdout, stderr} = w.said()
    expect(stderr).toBe('')
    const text = stdout.replaceAll(/\s+/g, ' ')
    expect(text).toContain(`muted ${key} until 2026-11-27 15:00 UTC: ${what} (file ${w.path})`)
    expect(text).toContain(end)
  })

  it('warns of a key that no run has seen, with the nearest ones, and mutes it all the same', async () => {
    await w.keep(kept)
    expect(await mute('wbe', flagsOf(), w.context())).toBe(0)
    expect(w.said().stderr).toBe('warning: no run has seen wbe; did you mean web? (UNKNOWN_KEY)\n')
    expect((await w.load())!.mutes).toMatchObject([{key: 'wbe', content: null}])
  })

  it.each([['Deployment web/nginx'], ['apps/v1/Deployment/web/nginx']])(
    'takes %s, as a report names it, for the State key of what is known',
    async name => {
      await w.keep(kept)
      expect(await mute(name, flagsOf(), w.context())).toBe(0)
      expect((await w.load())!.mutes).toMatchObject([{key: nginx, content: new Map([ofNginx])}])
      const {stdout, stderr} = w.said()
      expect(stderr).toBe('')
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`${name} is ${nginx}. muted ${nginx} until`)
      await unmute(name, w.flags, w.context())
      expect((await w.load())!.mutes).toEqual([])
      expect(w.said().stdout).toContain(`unmuted ${nginx} (`)
    },
  )

  it('asks which one where several Manifests have an object of this name, and mutes none', async () => {
    const other = 'api/apps/v1/Deployment/web/nginx'
    const both = memoryOf({web: {[nginx]: knownEntry()}, api: {[other]: knownEntry()}})
    await w.keep(both)
    await expect(mute('Deployment web/nginx', flagsOf(), w.context())).rejects.toMatchObject({
      name: 'UsageError',
      message: 'muting Deployment web/nginx: several State keys are called so',
      hint: `name one of them: ${nginx}, ${other}`,
    })
    expect(await w.load()).toEqual(both)
    // what is gone is not meant
    const gone = {...both.manifests.get('api')!, goneSince: '2026-11-20T12:00:00Z'}
    await w.keep({...both, manifests: new Map([...both.manifests, ['api', gone]])})
    await mute('Deployment web/nginx', flagsOf(), w.context())
    expect((await w.load())!.mutes).toMatchObject([{key: nginx}])
  })

  it('takes the place of an older mute of the key, and leaves others', async () => {
    const older = {reason: 'old', createdAt: '2026-11-19T00:00:00Z', until: '2026-12-31T00:00:00Z', content: null}
    await w.keep({
      ...kept,
      mutes: [
        {...older, key: 'web'},
        {...older, key: 'api'},
      ],
    })
    await mute('web', flagsOf('new', days), w.context())
    expect((await w.load())!.mutes).toMatchObject([
      {key: 'api', reason: 'old'},
      {key: 'web', reason: 'new', until: '2026-11-21T15:00:00Z'},
    ])
  })

  it('works before the first run, and while a run is at work', async () => {
    await mute('web', flagsOf(), w.context())
    const memory = (await w.load())!
    expect(memory).toMatchObject({cluster: 'prod', watch: 'default', lastRun: null, mutes: [{key: 'web'}]})
    expect(memory.key).toMatch(/^[0-9a-f]{64}$/)
    const claim = {run: 'r', group: 'g', at: '2026-11-20T14:59:00Z', until: '2026-11-20T15:30:00Z'}
    await w.keep({...kept, claim})
    await mute('web', flagsOf(), w.context())
    expect(await w.load()).toMatchObject({claim, mutes: [{key: 'web'}]})
  })

  it('wants a reason and a key, and prints nothing that could do harm', async () => {
    const wrong = {name: 'UsageError', hint: expect.any(String)}
    await expect(mute('web', flagsOf(' \n'), w.context())).rejects.toMatchObject(wrong)
    await expect(mute('', flagsOf(), w.context())).rejects.toMatchObject(wrong)
    expect(await w.load()).toBeNull()
    await mute('a\u001b[31m\u202e', flagsOf(), w.context({clock: () => now}))
    const {stdout, stderr} = w.said()
    expect(stdout + stderr).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u)
  })
})

describe('unmute', () => {
  const mutes = ['web', nginx].map(key => {
    return {key, reason: '', createdAt: '2026-11-19T00:00:00Z', until: '2026-12-31T00:00:00Z', content: null}
  })

  it('ends one mute, and says where', async () => {
    await w.keep({...kept, mutes})
    expect(await unmute('web', w.flags, w.context())).toBe(0)
    expect((await w.load())!.mutes).toEqual([mutes[1]])
    expect(w.said().stdout.startsWith(`unmuted web (file ${w.path}): `)).toBe(true)
  })

  it('says what is muted when the key is not', async () => {
    await w.keep({...kept, mutes})
    await expect(unmute('api', w.flags, w.context())).rejects.toMatchObject({
      name: 'UsageError',
      message: `unmuting api: it is not muted (file ${w.path})`,
      hint: `muted: web, ${nginx}`,
    })
    await w.keep(kept)
    await expect(unmute('api', w.flags, w.context())).rejects.toMatchObject({hint: 'nothing is muted'})
    expect(await w.load()).toEqual(kept)
  })
})

import {describe, expect, it} from 'vitest'

import {threadOf} from '../../src/drift/thread-of.ts'
import type {NotificationLog} from '../../src/model/memory.ts'
import type {MessageReference} from '../../src/model/message-reference.ts'
import type {Notice} from '../../src/model/notice.ts'
import {buildManifestNotice} from '../support/report-builder.ts'
import {stamp, watchOf, type Story, type StoryNotifier} from '../support/watch-story.ts'

const slack: StoryNotifier = {threads: true, resolved: true, remindAfter: '24h', changeInterval: '6h'}
const ops = () => watchOf({notifiers: {ops: slack}})

const referTo = (id: string | null) => (id === null ? null : below(id))
const below = (run: string) => ({to: 'ops', channel: 'C1', id: run})
const inChannel = null

describe('where a message goes', () => {
  it('is the channel for the first one, and its thread for reminders and what is settled', async () => {
    const story = ops()
    await story.run('09:00', {web: {modified: ['a', 'b']}})
    expect(story.message('ops')?.thread).toBe(inChannel)
    expect(await story.run('+1 09:00', {web: {modified: ['a', 'b']}})).toEqual({ops: ['reminder']})
    expect(story.message('ops')?.thread).toEqual(below('run-1'))
    expect(await story.run('+1 10:00', {web: {modified: ['a']}})).toEqual({ops: ['some-resolved']})
    expect(story.message('ops')?.thread).toEqual(below('run-1'))
    expect(await story.run('+1 11:00', {web: {}})).toEqual({ops: ['all-resolved']})
    expect(story.message('ops')?.thread).toEqual(below('run-1'))
  })

  it('is the thread for other content of the same entries', async () => {
    const story = ops()
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('16:00', {web: {modified: ['a@2']}}, {digest: 'sha256:two'})).toEqual({
      ops: ['entries-changed'],
    })
    expect(story.message('ops')?.thread).toEqual(below('run-1'))
  })

  it('is the channel for more drift, which then is the message that all goes on with', async () => {
    const story = ops()
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('10:00', {web: {modified: ['a', 'b']}})).toEqual({ops: ['new-entries']})
    expect(story.message('ops')?.thread).toBe(inChannel)
    await story.run('+1 10:00', {web: {modified: ['a', 'b']}})
    expect(story.message('ops')?.thread).toEqual(below('run-2'))
  })

  it('is the channel for drift that came back after all of it was resolved', async () => {
    const story = ops()
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('10:00', {web: {}})).toEqual({ops: ['all-resolved']})
    expect(await story.run('17:00', {web: {modified: ['a']}})).toEqual({ops: ['first-drift']})
    expect(story.message('ops')?.thread).toBe(inChannel)
    expect(await story.run('+1 17:00', {web: {modified: ['a']}})).toEqual({ops: ['reminder']})
    expect(story.message('ops')?.thread).toEqual(below('run-3'))
  })

  it('is the channel for a Manifest that goes, and its thread for what came and went of it since', async () => {
    const story = ops()
    await story.run('09:00', {web: {modified: ['a']}, api: {}})
    expect(await story.run('10:00', {api: {}})).toEqual({ops: ['manifest-gone']})
    expect(story.message('ops')?.thread).toBe(inChannel)
    story.refuse('ops')
    await story.run('11:00', {web: {modified: ['b']}, api: {}})
    story.accept('ops')
    expect(await story.run('12:00', {web: {}, api: {}})).toEqual({ops: ['all-resolved']})
    expect(story.message('ops')?.thread).toEqual(below('run-2'))
  })

  it('is the channel where something told is removed by now, and its thread while it stays so', async () => {
    const story = ops()
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await story.run('10:00', {web: {removed: ['a']}})).toEqual({ops: ['entries-changed']})
    expect(story.message('ops')?.thread).toBe(inChannel)
    expect(await story.run('+1 10:00', {web: {removed: ['a']}})).toEqual({ops: ['reminder']})
    expect(story.message('ops')?.thread).toEqual(below('run-2'))
    expect(await story.run('+1 11:00', {web: {}})).toEqual({ops: ['all-resolved']})
    expect(story.message('ops')?.thread).toEqual(below('run-2'))
  })

  it('is the channel for a failure, and its thread for the reminder and the recovery', async () => {
    const story = ops()
    await story.run('09:00', {web: {}})
    expect(await story.run('10:00', {}, {error: 'ARTIFACT_NETWORK'})).toEqual({ops: ['check-failed']})
    expect(story.message('ops')?.thread).toBe(inChannel)
    expect(await story.run('+1 10:00', {}, {error: 'ARTIFACT_NETWORK'})).toEqual({ops: ['reminder']})
    expect(story.message('ops')?.thread).toEqual(below('run-2'))
    expect(await story.run('+1 11:00', {web: {}})).toEqual({ops: ['check-recovered']})
    expect(story.message('ops')?.thread).toEqual(below('run-2'))
  })

  it('is the thread for the reminder of a mass drift', async () => {
    const story = watchOf({notifiers: {ops: {...slack, remindAfter: '2h'}}})
    const names = Array.from({length: 12}, (_, index) => `m${index}`)
    const all = Object.fromEntries(names.map(name => [name, {}]))
    const added = Object.fromEntries(names.map(name => [name, {added: ['a'], state: false}]))
    await story.run('09:00', all)
    expect(await story.run('10:00', added)).toEqual({ops: ['mass-drift']})
    expect(story.message('ops')?.thread).toBe(inChannel)
    expect(await story.run('12:00', added)).toEqual({ops: ['reminder']})
    expect(story.message('ops')?.thread).toEqual(below('run-2'))
  })

  it('is the channel after a refusal, which told nobody of anything', async () => {
    const story = ops()
    story.refuse('ops')
    await story.run('09:00', {web: {modified: ['a']}})
    story.accept('ops')
    await story.run('10:00', {web: {modified: ['a']}})
    expect(story.message('ops')?.thread).toBe(inChannel)
    await story.run('+1 10:00', {web: {modified: ['a']}})
    expect(story.message('ops')?.thread).toEqual(below('run-2'))
  })

  it('is the channel always, where there are no threads', async () => {
    const story = watchOf()
    await story.run('09:00', {web: {modified: ['a']}})
    await story.run('+1 09:00', {web: {modified: ['a']}})
    expect(story.message('ops')?.thread).toBe(inChannel)
  })

  it('is the channel after a message about the same Manifest that can have no thread', async () => {
    const story = ops()
    await story.run('09:00', {web: {modified: ['a']}})
    story.configure({ops: {...slack, threads: false}})
    expect(await story.run('10:00', {web: {modified: ['a', 'b']}})).toEqual({ops: ['new-entries']})
    story.configure({ops: slack})
    expect(await story.run('+1 10:00', {web: {modified: ['a', 'b']}})).toEqual({ops: ['reminder']})
    expect(story.message('ops')?.thread).toBe(inChannel)
    await story.run('+2 10:00', {web: {modified: ['a', 'b']}})
    expect(story.message('ops')?.thread).toEqual(below('run-3'))
  })

  it('is the channel after a message about the same failing that can have no thread', async () => {
    const story = ops()
    await story.run('09:00', {}, {error: 'ARTIFACT_NETWORK'})
    story.configure({ops: {...slack, threads: false}})
    expect(await story.run('10:00', {}, {error: 'ARTIFACT_AUTH_FAILED'})).toEqual({ops: ['check-failed']})
    story.configure({ops: slack})
    expect(await story.run('+1 10:00', {}, {error: 'ARTIFACT_NETWORK'})).toEqual({ops: ['reminder']})
    expect(story.message('ops')?.thread).toBe(inChannel)
    await story.run('+2 10:00', {}, {error: 'ARTIFACT_NETWORK'})
    expect(story.message('ops')?.thread).toEqual(below('run-3'))
  })

  it('is the thread for every reminder of a failing, not only for the first', async () => {
    const story = ops()
    await story.run('09:00', {web: {modified: ['a']}})
    await story.run('+1 09:00', {}, {error: 'ARTIFACT_NETWORK'})
    await story.run('+2 09:00', {}, {error: 'ARTIFACT_NETWORK'})
    for (const day of [3, 4]) {
      await story.run(`+${day} 09:00`, {}, {error: 'ARTIFACT_NETWORK'})
      expect(story.message('ops')?.thread).toEqual(below('run-2'))
    }
  })

  it('is known to each notifier by itself', async () => {
    const story = watchOf({notifiers: {ops: slack, team: {threads: true, remindAfter: '48h'}}})
    await story.run('09:00', {web: {modified: ['a']}})
    await story.run('+1 09:00', {web: {modified: ['a']}})
    expect(story.message('ops')?.thread).toEqual(below('run-1'))
    await story.run('+2 09:00', {web: {modified: ['a']}})
    expect(story.message('team')?.thread).toEqual({to: 'team', channel: 'C1', id: 'run-1'})
  })
})

describe('the message about the run as a whole', () => {
  it('is the one that told of a failing, not one about Manifests alone', async () => {
    const story = ops()
    await story.run('09:00', {web: {modified: ['a']}})
    expect(await runReference(story)).toBeNull()
    await story.run('10:00', {}, {error: 'ARTIFACT_NETWORK'})
    expect(await runReference(story)).toEqual(below('run-2'))
    expect(await story.run('11:00', {web: {modified: ['a', 'b']}})).toEqual({ops: ['new-entries', 'check-recovered']})
    expect(await runReference(story)).toEqual(below('run-2'))
  })

  it('is the one that told of a mass drift', async () => {
    const story = ops()
    await story.run('09:00', {web: {}})
    expect(await story.run('10:00', {web: {added: ['a'], state: false}})).toEqual({ops: ['mass-drift']})
    expect(await runReference(story)).toEqual(below('run-2'))
  })
})

/** The message about the run as a whole that is kept. */
async function runReference(story: Story): Promise<MessageReference | null> {
  return (await story.known()).notifiers.get('ops')!.reference
}

describe('what goes on with several messages', () => {
  const open = {stateKey: 'a', diffType: 'modified', hash: null, status: 'open', again: false, cause: null} as const
  const entry = {...open, firstSeenAt: stamp('09:00'), changedAt: stamp('09:00')}
  const notice: Omit<Notice, 'thread'> = {
    reasons: ['reminder'],
    manifests: ['web', 'api'].map(name => buildManifestNotice(name, {reasons: ['reminder'], open: [entry]})),
    muted: 0,
    massDrift: null,
    failing: null,
  }
  const failing = {code: 'ARTIFACT_NETWORK', groups: 3, group: 'g', since: stamp('09:00')}

  it.each([
    ['one told of both', ['run-1', 'run-1'], {}, below('run-1')],
    ['each has its own', ['run-1', 'run-2'], {}, inChannel],
    ['of one it is not known', ['run-1', null], {}, inChannel],
    ['of the first it is not known', [null, 'run-1'], {}, inChannel],
    ['the failing of the run was told by the same', ['run-1', 'run-1', 'run-1'], {failing}, below('run-1')],
    ['the failing of the run was told by another', ['run-1', 'run-1', 'run-2'], {failing}, inChannel],
    ['the run does not fail any more', ['run-1', 'run-1', 'run-2'], {}, below('run-1')],
  ] as const)('stands by itself unless all of it is from one: %s', async (_, [web, api, run = null], over, thread) => {
    expect(threadOf({...notice, ...over}, await logOf(web, api, run))).toEqual(thread)
  })
})

/** A log in which these runs told of the two Manifests, and of the run as a whole. */
async function logOf(web: string | null, api: string | null, run: string | null): Promise<NotificationLog> {
  const story = watchOf()
  await story.run('09:00', {web: {modified: ['a']}, api: {modified: ['a']}})
  const told = (await story.known()).notifiers.get('ops')!
  const manifests = new Map(
    Object.entries({web, api}).map(([name, id]) => [name, {...told.manifests.get(name)!, reference: referTo(id)}]),
  )
  return {...told, manifests, reference: referTo(run)}
}

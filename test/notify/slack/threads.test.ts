import {describe, expect, it} from 'vitest'

import {
  channel,
  channelId,
  drift,
  message,
  plain as plainMessage,
  posted,
  refused,
  taken,
  tell,
  thread,
} from './slack-api.ts'

const goesOn = {...drift, thread}
const unfolded = {unfurl_links: false, unfurl_media: false}
const full = {...message, ...unfolded}
const plain = {text: plainMessage, ...unfolded}
const below = {channel: channelId, thread_ts: thread.id}

describe('a message that goes on with an earlier one', () => {
  it('stands below it, and is no thread of its own', async () => {
    const {delivery, bodies} = await tell([taken(thread.id)], goesOn)
    expect(delivery).toEqual({ok: true, attempts: 1})
    expect(bodies).toEqual([{...below, ...full}])
  })

  it.each([
    ['was sent to another channel', {...thread, to: '#old'}],
    ['was sent to its id, now there is its name', {...thread, to: channelId}],
  ])('stands at the top where that %s', async (_title, elsewhere) => {
    const {delivery, bodies} = await tell([taken()], {...drift, thread: elsewhere})
    expect(delivery).toEqual({ok: true, attempts: 1, reference: posted})
    expect(bodies).toEqual([{channel, ...full}])
  })

  it.each([
    ['names no thread', taken()],
    ['names another thread', taken('1795165200.000101')],
  ])('begins a thread of its own when Slack put it at the top and %s', async (_title, answer) => {
    const {delivery, bodies} = await tell([answer], goesOn)
    expect(delivery).toEqual({
      ok: true,
      attempts: 1,
      detail: 'delivered at the top of the channel: the message it belongs to is gone',
      reference: posted,
    })
    expect(bodies).toHaveLength(1)
  })

  it.each([
    'thread_not_found',
    'message_not_found',
    'cannot_reply_to_message',
    'invalid_thread_ts',
    'restricted_action_thread_locked',
    'restricted_action_non_threadable_channel',
    'channel_not_found',
    'is_archived',
    'not_in_channel',
    'unheard_of',
  ])('is sent to the top of the channel after %s, and says so', async code => {
    const {delivery, bodies} = await tell([refused(code), taken()], goesOn)
    expect(delivery).toEqual({
      ok: true,
      attempts: 2,
      detail: `delivered at the top of the channel, not in its thread (${code})`,
      reference: posted,
    })
    expect(bodies).toEqual([
      {...below, ...full},
      {channel, ...full},
    ])
  })

  it('fails with the words for the channel when that is refused, too', async () => {
    const {delivery, bodies} = await tell([refused('is_archived')], goesOn)
    expect(delivery).toMatchObject({ok: false, attempts: 2, retryable: false})
    expect(delivery).toHaveProperty(
      'detail',
      expect.stringMatching(/^Slack answered is_archived: unarchive the channel/),
    )
    expect(bodies).toHaveLength(2)
  })

  it.each(['invalid_auth', 'missing_scope', 'ekm_access_denied'])('is not sent again after %s', async code => {
    const {delivery, bodies} = await tell([refused(code), taken()], goesOn)
    expect(delivery).toMatchObject({ok: false, attempts: 1, retryable: false})
    expect(bodies).toHaveLength(1)
  })

  it('stays below it as plain text when its blocks are refused', async () => {
    const {delivery, bodies} = await tell([refused('invalid_blocks'), taken(thread.id)], goesOn)
    expect(delivery).toEqual({
      ok: true,
      attempts: 2,
      detail: 'delivered as plain text: Slack refused the blocks (invalid_blocks)',
    })
    expect(bodies).toEqual([
      {...below, ...full},
      {...below, ...plain},
    ])
  })

  it.each(['thread_not_found', 'invalid_arguments'])(
    'is sent as plain text to the top when its blocks are refused, and then %s',
    async code => {
      const {delivery, bodies} = await tell([refused('invalid_blocks'), refused(code), taken()], goesOn)
      expect(delivery).toEqual({
        ok: true,
        attempts: 3,
        detail:
          'delivered as plain text: Slack refused the blocks (invalid_blocks); ' +
          `delivered at the top of the channel, not in its thread (${code})`,
        reference: posted,
      })
      expect(bodies).toEqual([
        {...below, ...full},
        {...below, ...plain},
        {channel, ...plain},
      ])
    },
  )

  it('is sent to the top and then as plain text when the thread is lost and its blocks are refused', async () => {
    const {delivery, bodies} = await tell([refused('thread_not_found'), refused('invalid_blocks'), taken()], goesOn)
    expect(delivery).toMatchObject({ok: true, attempts: 3, reference: posted})
    expect(bodies).toEqual([
      {...below, ...full},
      {channel, ...full},
      {channel, ...plain},
    ])
  })

  it('goes to the top also when its attempts are used up: once', async () => {
    const answers = [refused('internal_error'), refused('internal_error'), refused('thread_not_found')] as const
    const {delivery, bodies} = await tell([...answers, refused('internal_error')], goesOn)
    expect(delivery).toMatchObject({ok: false, attempts: 4, retryable: true})
    expect(bodies.map(({thread_ts}) => thread_ts)).toEqual([thread.id, thread.id, thread.id, undefined])
  })

  it('is not repeated after a timeout at the top where it was sent twice already', async () => {
    const answers = ['hang', refused('thread_not_found'), 'hang', taken()] as const
    const {delivery, bodies} = await tell(answers, goesOn, {attempts: 4, attemptTimeout: 200})
    expect(delivery).toMatchObject({ok: false, attempts: 3, retryable: true})
    expect(bodies).toHaveLength(3)
  })

  it('keeps thread and top inside one time', async () => {
    const startedAt = performance.now()
    const policy = {attempts: 4, attemptTimeout: 5_000, totalTimeout: 1_000}
    const {delivery} = await tell([{...refused('thread_not_found'), delay: 800}, 'hang'], goesOn, policy)
    expect(delivery).toMatchObject({ok: false, attempts: 2})
    expect(performance.now() - startedAt).toBeLessThan(1_500)
  })
})

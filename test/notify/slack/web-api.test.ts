import {describe, expect, it} from 'vitest'

import {payloadProblems} from '../../../src/notify/slack/payload-problems.ts'
import {webApi} from '../../../src/notify/slack/web-api.ts'
import {Secret} from '../../../src/secret.ts'
import {httpClient} from '../../../src/http.ts'
import {testNotifierContract} from '../notifier-contract.ts'
import {reasonSituations} from './reason-situations.ts'
import {situations} from './situations.ts'
import {
  channel,
  channelId,
  drift,
  json,
  message,
  plain,
  posted,
  refused,
  secretToken,
  taken,
  tell,
  thread,
  ts,
} from './slack-api.ts'

testNotifierContract('slack with a token', {
  make: ({url, ...options}) => {
    const {origin = 'no-url', pathname = '/x'} = URL.parse(url.reveal()) ?? {}
    const token = new Secret(pathname.split('/').at(-1)!)
    return webApi({name: 'ops', token, channel, apiUrl: `${origin}/api`, ...options})
  },
  success: taken(),
  delivered: {reference: posted},
  path: '/api/chat.postMessage',
  callsAfter: {413: 2},
})

describe('the Web API', () => {
  it('posts text and blocks as JSON with the token, lets nothing unfold, and says which message it is', async () => {
    const {delivery, bodies, headers, paths} = await tell([taken()])
    expect(delivery).toEqual({ok: true, attempts: 1, reference: posted})
    expect(paths).toEqual(['/api/chat.postMessage'])
    expect(headers[0]).toMatchObject({
      authorization: `Bearer ${secretToken}`,
      'content-type': 'application/json; charset=utf-8',
    })
    expect(bodies).toEqual([{channel, ...message, unfurl_links: false, unfurl_media: false}])
  })

  it('understands an answer that repeats all of a long message', async () => {
    const answer = {ok: true, channel: channelId, ts, message: {text: '\u540d'.repeat(60_000), thread_ts: thread.id}}
    const {delivery} = await tell([json(answer)], {...drift, thread})
    expect(delivery).toEqual({ok: true, attempts: 1})
  })

  it('ignores a warning', async () => {
    const warning = {warning: 'missing_charset', response_metadata: {warnings: ['missing_charset']}}
    const {delivery} = await tell([json({ok: true, channel: channelId, ts, message: {}, ...warning})])
    expect(delivery).toEqual({ok: true, attempts: 1, reference: posted})
  })

  it.each([
    ['no name of the message', {ok: true}],
    ['a number for its name', {ok: true, channel: channelId, ts: 1795251600.0002}],
    ['a channel that is none', {ok: true, channel: secretToken, ts}],
    ['null', {ok: true, channel: null, ts: null, message: null}],
  ])('delivers without a reference when the answer has %s', async (_title, answer) => {
    expect((await tell([json(answer)])).delivery).toEqual({
      ok: true,
      attempts: 1,
      detail: 'Slack did not say which message it is: it can have no thread',
    })
  })

  it.each(Object.entries({...situations, ...reasonSituations}))('keeps every limit for %s', (_title, notification) => {
    const options = {name: 'ops', token: new Secret(secretToken), apiUrl: 'https://slack.example/api'}
    const longest = `#${'x'.repeat(80)}`
    const notifier = webApi({...options, channel: longest, http: httpClient({env: {}}), redact: text => text})
    expect(payloadProblems(notifier.render(notification))).toEqual([])
    const below = notifier.render({...notification, thread: {...thread, to: longest}})
    expect(below).toMatchObject({channel: channelId, thread_ts: thread.id})
    expect(payloadProblems(below)).toEqual([])
  })
})

describe('what the Web API refuses', () => {
  it.each([
    'invalid_blocks',
    'invalid_blocks_format',
    'msg_blocks_too_long',
    'msg_too_long',
    'no_text',
    'too_many_attachments',
    'attachment_payload_limit_exceeded',
    'invalid_arguments',
    'invalid_json',
    'json_not_object',
  ])('as a message for %s is sent once more as plain text', async code => {
    const {delivery, bodies} = await tell([refused(code), taken()])
    expect(delivery).toEqual({
      ok: true,
      attempts: 2,
      detail: `delivered as plain text: Slack refused the blocks (${code})`,
      reference: posted,
    })
    expect(bodies.slice(1)).toEqual([{channel, text: plain, unfurl_links: false, unfurl_media: false}])
  })

  it('says which part of the message Slack does not take', async () => {
    const messages = ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]', 'more']
    const {delivery} = await tell([refused('invalid_blocks', {response_metadata: {messages}})])
    expect(delivery).toEqual({
      ok: false,
      attempts: 2,
      retryable: false,
      detail: `Slack answered invalid_blocks (${messages[0]}), also to the plain text`,
    })
  })

  it.each([
    ['not_authed', 'put the Bot User OAuth Token'],
    ['invalid_auth', 'put the Bot User OAuth Token'],
    ['token_revoked', 'install the Slack app again'],
    ['account_inactive', 'install the Slack app again'],
    ['token_expired', 'token rotation'],
    ['not_allowed_token_type', 'this is another kind of token'],
    ['no_permission', 'ask an admin'],
    ['access_denied', 'ask an admin'],
    ['team_access_not_granted', 'in that workspace'],
    ['ekm_access_denied', 'the admins have suspended posting'],
    ['enterprise_is_restricted', 'of the organisation'],
    ['accesslimited', 'from this network'],
    ['two_factor_setup_required', 'set up two-factor authentication'],
    ['org_login_required', 'the workspace is being migrated'],
    ['unknown_method', 'check apiUrl'],
    ['channel_not_found', 'check the id in channel; if that channel is private, invite the app: write `/invite @'],
    ['not_in_channel', 'invite the app to the channel: write `/invite @'],
    ['is_archived', 'unarchive the channel'],
    ['restricted_action', 'ask an admin'],
    ['restricted_action_read_only_channel', 'only some may post to this channel'],
    ['restricted_action_thread_only_channel', 'this channel takes replies only'],
    ['messages_tab_disabled', 'messages tab'],
  ])('for %s is told with what to do, after one call', async (code, advice) => {
    const {delivery, bodies} = await tell([refused(code)])
    expect(delivery).toMatchObject({ok: false, attempts: 1, retryable: false})
    expect(delivery).toHaveProperty('detail', expect.stringContaining(`Slack answered ${code}: `))
    expect(delivery).toHaveProperty('detail', expect.stringContaining(advice))
    expect(bodies).toHaveLength(1)
  })

  it('for a scope that is missing names it', async () => {
    const {delivery} = await tell([refused('missing_scope', {needed: 'chat:write:bot', provided: 'incoming-webhook'})])
    expect(delivery).toEqual({
      ok: false,
      attempts: 1,
      retryable: false,
      detail:
        'Slack answered missing_scope (needed: chat:write:bot; granted: incoming-webhook): ' +
        'add this scope (chat:write) to the bot of the Slack app, and install it again',
    })
  })

  it.each([
    ['a code that nobody knows', refused('unheard_of'), 'Slack answered unheard_of'],
    ['a code that every object has', refused('constructor'), 'Slack answered constructor'],
    ['no code', json({ok: false}), 'Slack answered without text'],
    ['a code that is none', json({ok: false, error: {a: 1}}), 'Slack answered without text'],
    ['a long code', refused('x'.repeat(300)), `Slack answered ${'x'.repeat(100)}`],
    ['a code with another status', {status: 403, ...refused('unheard_of')}, 'Slack answered 403 unheard_of'],
    ['a code of several lines', refused('a\n b'), 'Slack answered a b'],
  ])('with %s is told as it is', async (_title, answer, detail) => {
    const {delivery, bodies} = await tell([answer])
    expect(delivery).toEqual({ok: false, attempts: 1, retryable: false, detail})
    expect(bodies).toHaveLength(1)
  })

  it('with a known code is final whatever the status is', async () => {
    const {delivery} = await tell([{status: 503, ...refused('token_revoked')}])
    expect(delivery).toMatchObject({ok: false, attempts: 1, retryable: false})
  })

  it.each([
    ['a page', {body: '<html>\n  <title>Sign in</title>'}, '200 <html> <title>Sign in</title>'],
    ['a flood', {body: 'x'.repeat(20_000)}, `200 ${'x'.repeat(100)}`],
    ['nothing', {body: ''}, '200 without text'],
    ['the answer of a webhook', {body: 'ok'}, '200 ok'],
    ['JSON of something else', {body: '{"status":"ok"}'}, '200 {"status":"ok"}'],
    ['a list', {body: '[]'}, '200 []'],
    ['success with another status', {status: 201, ...json({ok: true})}, '201 {"ok":true}'],
  ])('does not take %s for an answer of Slack', async (_title, answer, got) => {
    const {delivery, bodies} = await tell([answer])
    expect(delivery).toEqual({
      ok: false,
      attempts: 1,
      retryable: false,
      detail: `expected the JSON of Slack’s API, got ${got}: check apiUrl and the proxy`,
    })
    expect(bodies).toHaveLength(1)
  })

  it.each([
    ['in a code', refused(`${'-'.repeat(80)}${secretToken}`)],
    ['in a remark', refused('invalid_blocks', {response_metadata: {messages: [`${'-'.repeat(80)}${secretToken}`]}})],
    ['in a scope', refused('missing_scope', {needed: secretToken, provided: secretToken})],
    ['in a page', {body: `${'-'.repeat(80)}Bearer ${secretToken}`}],
    ['as the name of a message', json({ok: true, channel: secretToken, ts: secretToken, message: {ts: secretToken}})],
  ])('and that repeats the token %s does not bring it out', async (_title, answer) => {
    const {delivery} = await tell([answer])
    expect(JSON.stringify(delivery)).not.toContain('xoxb')
  })
})

describe('an answer of the Web API that may be another one later', () => {
  it.each([
    'ratelimited',
    'rate_limited',
    'message_limit_exceeded',
    'fatal_error',
    'internal_error',
    'service_unavailable',
    'request_timeout',
    'team_added_to_org',
  ])('is asked for again: %s', async code => {
    const {delivery, bodies} = await tell([refused(code), refused(code), taken()])
    expect(delivery).toEqual({ok: true, attempts: 3, reference: posted})
    expect(bodies).toHaveLength(3)
    const still = await tell([refused(code)])
    expect(still.delivery).toMatchObject({ok: false, attempts: 3, retryable: true})
    expect(still.delivery).toHaveProperty('detail', expect.stringContaining(`Slack answered ${code}`))
  })

  it('is asked for again where only its status says so', async () => {
    const {delivery} = await tell([{status: 503, ...refused('unheard_of')}])
    const detail = 'Slack answered 503 unheard_of'
    expect(delivery).toEqual({ok: false, attempts: 3, retryable: true, detail})
  })

  it.each([
    ['with status 429', {status: 429, headers: {'retry-after': '1'}, ...refused('ratelimited')}],
    ['with status 200', {headers: {'retry-after': '1'}, ...refused('ratelimited')}],
  ])('comes after as long as Slack says, %s', async (_title, answer) => {
    const startedAt = performance.now()
    const {delivery} = await tell([answer, taken()])
    expect(delivery).toEqual({ok: true, attempts: 2, reference: posted})
    expect(performance.now() - startedAt).toBeGreaterThan(990)
  })

  it.each([
    ['a code', {status: 429, ...refused('ratelimited')}, '429 ratelimited'],
    ['a page', {status: 429, body: 'slow down'}, '429 slow down'],
  ])('says of 429 with %s that it is a matter of too many messages', async (_title, answer, said) => {
    expect((await tell([{...answer, headers: {'retry-after': '0'}}])).delivery).toEqual({
      ok: false,
      attempts: 3,
      retryable: true,
      detail: `Slack answered ${said}: too much is sent to this channel or workspace`,
    })
  })

  it('is asked for once more after no answer in time: Slack cannot tell that it is the same', async () => {
    const {delivery, bodies} = await tell(['hang'], drift, {attempts: 4, attemptTimeout: 200})
    expect(delivery).toEqual({
      ok: false,
      attempts: 2,
      retryable: true,
      detail: 'Slack was not reached: no answer in time',
    })
    expect(bodies).toHaveLength(2)
  })
})

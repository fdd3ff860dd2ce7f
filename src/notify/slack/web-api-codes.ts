/**
 * What the codes of `chat.postMessage` mean.
 * https://docs.slack.dev/reference/methods/chat.postMessage#errors
 */

/** Those that another message can help. */
export const messageCodes: ReadonlySet<string> = new Set([
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
])

export const rateCodes: ReadonlySet<string> = new Set(['ratelimited', 'rate_limited', 'message_limit_exceeded'])

/** Those that time alone can help, often a short one. */
export const passingCodes: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
])

const newToken = 'put the Bot User OAuth Token (xoxb-…) of the Slack app into the secret'
const askAdmin = 'ask an admin of the workspace'

/** Those that only a person can help, wherever the message goes, and how. */
export const adviceOnWorkspace: ReadonlyMap<string, string> = new Map([
  ['not_authed', newToken],
  ['invalid_auth', `${newToken}; an app may also be limited to some IP addresses`],
  ['token_revoked', `install the Slack app again, and ${newToken}`],
  ['account_inactive', `the app or its workspace is gone: install the Slack app again, and ${newToken}`],
  ['token_expired', `the token is of an app with token rotation: take an app without, and ${newToken}`],
  ['missing_scope', 'add this scope (chat:write) to the bot of the Slack app, and install it again'],
  ['not_allowed_token_type', `this is another kind of token: ${newToken}`],
  ['access_denied', `${askAdmin} to let this app post`],
  ['team_access_not_granted', `${askAdmin} to install this app in that workspace, too`],
  ['ekm_access_denied', `the admins have suspended posting: ${askAdmin}`],
  ['enterprise_is_restricted', `${askAdmin} of the organisation to let this app post`],
  ['accesslimited', `Slack takes no calls from this network: ${askAdmin}`],
  ['two_factor_setup_required', 'set up two-factor authentication for the user of this token, or take a bot token'],
  ['org_login_required', 'the workspace is being migrated: wait until that is over'],
  ['unknown_method', 'check apiUrl: there is no such method below it'],
])

const anotherChannel = 'or name another one in channel'
const invite = 'write `/invite @NAME-OF-THE-APP` in it'

/** Those that say that it cannot stand there, and how to help. */
export const adviceOnChannel: ReadonlyMap<string, string> = new Map([
  ['no_permission', `${askAdmin} to let this app post, and invite it to the channel`],
  ['channel_not_found', `check the id in channel; if that channel is private, invite the app: ${invite}`],
  ['not_in_channel', `invite the app to the channel: ${invite}`],
  ['is_archived', `unarchive the channel, ${anotherChannel}`],
  ['restricted_action', `${askAdmin} to let this app post to the channel, ${anotherChannel}`],
  ['restricted_action_read_only_channel', `only some may post to this channel: ${askAdmin}, ${anotherChannel}`],
  ['restricted_action_thread_only_channel', 'this channel takes replies only: name another one in channel'],
  ['messages_tab_disabled', `switch on the messages tab in App Home of the Slack app, ${anotherChannel}`],
])

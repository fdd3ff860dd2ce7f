/**
 * What a message must keep to. Slack's own numbers are from the reference of each block and text object
 * (https://docs.slack.dev/reference/block-kit/blocks, https://docs.slack.dev/reference/methods/chat.postMessage);
 * the sums are not documented: Slack refused messages of 11,341 to 13,297 characters (`msg_blocks_too_long`,
 * https://github.com/slackapi/bolt-js/issues/2509), so ours stay well below. Lengths are UTF-16 units of the escaped
 * text, sums UTF-8 bytes: both are never less than what Slack may count.
 */
export const limits = {
  blocks: 50,
  headerText: 150,
  sectionText: 3000,
  contextElements: 10,
  contextText: 3000,
  /** Bytes of the fallback `text`, exclusive. */
  fallbackBytes: 3000,
  /** Bytes of all texts of all blocks. */
  textBytes: 9000,
  /** Bytes of all texts, and `blockOverhead` for each block. */
  messageBytes: 12_000,
  blockOverhead: 100,
  /** Characters of the whole payload as JSON, exclusive. */
  json: 40_000,
} as const

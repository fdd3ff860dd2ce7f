import {describe, expect, it} from 'vitest'

import {renderMessage} from '../../../src/notify/slack/message.ts'
import {payloadProblems} from '../../../src/notify/slack/payload-problems.ts'
import {renderSlackText} from '../../../src/notify/slack/text.ts'
import {situations} from './situations.ts'

describe('a message on a terminal', () => {
  it.each(Object.entries(situations))('reads well for %s', async (name, notification) => {
    const payload = renderMessage(notification)
    const text = `notification: ${payload.text}\n\n${renderSlackText(payload)}`
    await expect(text).toMatchFileSnapshot(`renderings/${name.replaceAll(/\W+/g, '-').toLowerCase()}.txt`)
    expect(payloadProblems(payload)).toEqual([])
  })
})

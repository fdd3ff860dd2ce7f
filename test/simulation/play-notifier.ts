import type {NotifierRules} from '../../src/drift/notifier-rules.ts'
import type {Delivery, Notification, Notifier} from '../../src/notify/notifier.ts'
import {describeMessage} from './describe.ts'
import {onAttempt, onSend} from './check-run.ts'
import {onTold} from './model.ts'
import {beforeCall, crashAt, type RunInPlay} from './playing.ts'
import {concerns, isMatched} from './settle.ts'
import type {Down, SimNotifier} from './world.ts'

/** A notifier as one run meets it: it fails as planned, and the checker reads what it is given. */
export function playNotifier(rules: SimNotifier, play: RunInPlay): Notifier<Notification> {
  const {run, by} = play
  const {model, note, kept} = play.sim
  const {name} = rules
  return {
    name,
    type: 'sim',
    render: message => {
      note(() => `    ${name} gets${by} ${describeMessage(message)}`)
      onAttempt(model, run, name, message)
      if (downOf(rules, play) !== 'render throws') return message
      play.sends += 1
      throw new Error('cannot render')
    },
    send: async (_, signal): Promise<Delivery> => {
      await beforeCall(play)
      const down = downOf(rules, play)
      play.sends += 1
      if (signal.aborted) return {ok: false, attempts: 0, retryable: true, detail: 'it was not sent'}
      await crashAt('before send', play)
      onSend(model, run, name, kept.memory)
      play.isUnsaved = true
      if (down === 'refused') return {ok: false, attempts: 4, retryable: true, detail: 'refused'}
      if (down === 'throws') throw new Error('a bug')
      if (down === 'hangs') {
        play.deadline.abort(new DOMException('the time is over', 'TimeoutError'))
        run.isCutShort = true
        return {ok: false, attempts: 1, retryable: true, detail: 'no answer in time'}
      }
      await crashAt('after send', play)
      note(() => `    delivered to ${name}${down === null ? '' : `, ${down}`}`)
      if (down === 'answer lost') return {ok: false, attempts: 4, retryable: true, detail: 'no answer in time'}
      onTold(model, run, name)
      return {ok: true, attempts: 1}
    },
  }
}

function downOf({down}: SimNotifier, {plan: {notifier}, sends}: RunInPlay): Down | null {
  return down ?? (notifier?.nth === sends ? notifier.down : null)
}

/** The rules of a notifier in the form that the watch takes. */
export function toRules(notifier: SimNotifier): NotifierRules {
  const {name, remindAfter, changeInterval, failuresBeforeNotice, resolved} = notifier
  const matches: NotifierRules['matches'] = {
    manifest: manifest => concerns(notifier, manifest),
    entry: ({manifest, diffType}) => isMatched(notifier, manifest, diffType),
  }
  return {name, matches, remindAfter, changeInterval, failuresBeforeNotice, resolved}
}

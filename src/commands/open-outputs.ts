import type {Config} from '../config/config.ts'
import {WatchError, errorText} from '../errors.ts'
import type {Http} from '../http.ts'
import type {ReportWarning} from '../model/report.ts'
import type {NotifierRules} from '../drift/notifier-rules.ts'
import {toEntryMatcher} from '../notify/match.ts'
import type {Notifier} from '../notify/notifier.ts'
import {openNotifier, type NotifierConfig} from '../notify/registry.ts'
import {unavailable} from '../notify/unavailable.ts'
import {requireUrl} from '../read-secret.ts'
import type {SecretRef} from '../secret-ref.ts'
import type {Redact, Secret} from '../secret.ts'
import {heartbeatSink} from '../sink/heartbeat.ts'
import {pushgatewaySink} from '../sink/pushgateway.ts'
import type {Sink} from '../sink/sink.ts'
import {textfileSink} from '../sink/textfile.ts'

/** A notifier with the rules by which it is told. */
export type RuledNotifier = {readonly notifier: Notifier; readonly rules: NotifierRules}

export type Outputs = {
  readonly notifiers: readonly RuledNotifier[]
  readonly sinks: readonly Sink[]
  readonly warnings: readonly ReportWarning[]
}

export type OutputTools = {http: Http; redact: Redact; resolveSecret: (ref: SecretRef) => Secret}

/** Opens the notifiers and sinks of the config. A missing secret fails only its own: that one delivers nothing. */
export function openOutputs(config: Config, tools: OutputTools): Outputs {
  const warnings: ReportWarning[] = []
  const notifiers = config.notifiers.map(notifier => openRuled(notifier, tools, warnings))
  const openSink = {pushgateway: openPushgateway, textfile: openTextfile, heartbeat: openHeartbeat}
  const sinks = Object.entries(openSink).map(([type, open]) => openOrFail(type, () => open(config, tools), warnings))
  return {notifiers, sinks: sinks.filter(sink => sink !== null), warnings}
}

/** Opens a notifier; one whose secret is missing delivers nothing, and `warnings` gets the reason. */
export function openRuled(config: NotifierConfig, tools: OutputTools, warnings: ReportWarning[]): RuledNotifier {
  const rules = toRules(config)
  const {name} = rules
  try {
    return {notifier: openNotifier(config, tools), rules}
  } catch (error) {
    const detail = secretMissing(error, `notifier ${name}`, warnings)
    const notifier = {name, type: config.type, unavailable: detail, render: () => null, send: unavailable(detail)}
    return {notifier, rules}
  }
}

/** When a notifier is told of what. */
export function toRules(config: NotifierConfig): NotifierRules {
  const {type, name = type, match, remindAfter, changeInterval, failuresBeforeNotice, resolved} = config
  return {name, matches: toEntryMatcher(match), remindAfter, changeInterval, failuresBeforeNotice, resolved}
}

function openOrFail(type: string, open: () => Sink | null, warnings: ReportWarning[]): Sink | null {
  try {
    return open()
  } catch (error) {
    const detail = secretMissing(error, `sink ${type}`, warnings)
    return {type, unavailable: detail, render: () => '', show: () => null, send: unavailable(detail)}
  }
}

function openPushgateway(config: Config, {resolveSecret, http, redact}: OutputTools): Sink | null {
  const {pushgateway} = config
  if (pushgateway === null) return null
  const {url, job, basicAuth} = pushgateway
  return pushgatewaySink({
    ...toMetricsOptions(config),
    when: config.when,
    url,
    job,
    basicAuth: basicAuth === null ? null : {...basicAuth, password: resolveSecret(basicAuth.password)},
    http,
    redact,
  })
}

function openTextfile(config: Config, {redact}: OutputTools): Sink | null {
  const {textfile} = config
  return textfile === null ? null : textfileSink({...toMetricsOptions(config), path: textfile, redact})
}

function openHeartbeat({heartbeat}: Config, {resolveSecret, http, redact}: OutputTools): Sink | null {
  if (heartbeat === null) return null
  return heartbeatSink({url: requireUrl(resolveSecret(heartbeat.url), heartbeat.url), http, redact})
}

/** What all exports of metrics need to know. */
function toMetricsOptions({cluster, watch, interval, gaugeSets}: Config) {
  return {cluster, watch, intervalSeconds: interval === null ? null : interval / 1000, sets: gaugeSets}
}

function secretMissing(error: unknown, owner: string, warnings: ReportWarning[]): string {
  if (!(error instanceof WatchError) || error.code !== 'SECRET_MISSING') throw error
  const message = `${owner}: ${errorText(error)}`
  warnings.push({code: error.code, message})
  return message
}

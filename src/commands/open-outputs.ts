import type {Config} from '../config/config.ts'
import {WatchError, errorText} from '../errors.ts'
import type {ReportWarning} from '../model/report.ts'
import type {NotifierRules, RoutedRules} from '../drift/notifier-rules.ts'
import {toEntryMatcher, toRoute} from '../notify/match.ts'
import type {Notifier, NotifierTools} from '../notify/notifier.ts'
import {openNotifier, type NotifierConfig} from '../notify/registry.ts'
import {unavailable} from '../notify/unavailable.ts'
import {requireUrl} from '../read-secret.ts'
import type {SecretRef} from '../secret-ref.ts'
import {alertmanagerSink} from '../sink/alertmanager.ts'
import type {BasicAuth} from '../basic-auth.ts'
import {gitopsStatusSink} from '../sink/gitops-status.ts'
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

export type OutputTools = Omit<NotifierTools, 'name'>

/** Opens the notifiers and sinks of the config. A missing secret fails only its own: that one delivers nothing. */
export function openOutputs(config: Config, tools: OutputTools): Outputs {
  const warnings: ReportWarning[] = []
  const notifiers = config.notifiers.map(notifier => openRuled(notifier, tools, warnings))
  const openSinks = {
    pushgateway: openPushgateway,
    textfile: openTextfile,
    alertmanager: openAlertmanagers,
    'gitops-status': openStatus,
    heartbeat: openHeartbeat,
  }
  const sinks = Object.entries(openSinks).flatMap(([type, open]) =>
    openOrFail(type, () => open(config, tools), warnings),
  )
  return {notifiers, sinks, warnings}
}

/** Opens a notifier; one whose secret is missing delivers nothing, and `warnings` gets the reason. */
export function openRuled(config: NotifierConfig, tools: OutputTools, warnings: ReportWarning[]): RuledNotifier {
  const rules = toRules(config)
  const {name} = rules
  try {
    return {notifier: openNotifier(config, {...tools, name}), rules}
  } catch (error) {
    const detail = secretMissing(error, `notifier ${name}`, warnings)
    const notifier = {name, type: config.type, unavailable: detail, render: () => null, send: unavailable(detail)}
    return {notifier, rules}
  }
}

/** When a notifier is told of what. */
export function toRules(config: NotifierConfig): RoutedRules {
  const {type, name = type, match, remindAfter, changeInterval, failuresBeforeNotice, resolved} = config
  const times = {remindAfter, changeInterval, failuresBeforeNotice}
  return {name, route: toRoute(match), matches: toEntryMatcher(match), ...times, resolved}
}

function openOrFail(type: string, open: () => Sink[], warnings: ReportWarning[]): Sink[] {
  try {
    return open()
  } catch (error) {
    const detail = secretMissing(error, `sink ${type}`, warnings)
    return [{name: type, type, unavailable: detail, render: () => '', show: () => null, send: unavailable(detail)}]
  }
}

function openPushgateway(config: Config, {resolveSecret, http, redact}: OutputTools): Sink[] {
  const {pushgateway} = config
  if (pushgateway === null) return []
  const {url, job} = pushgateway
  const basicAuth = toBasicAuth(pushgateway.basicAuth, resolveSecret)
  return [pushgatewaySink({...toMetricsOptions(config), when: config.when, url, job, basicAuth, http, redact})]
}

function openTextfile(config: Config, {redact}: OutputTools): Sink[] {
  const {textfile} = config
  return textfile === null ? [] : [textfileSink({...toMetricsOptions(config), path: textfile, redact})]
}

function openAlertmanagers(config: Config, {resolveSecret, http, redact}: OutputTools): Sink[] {
  const {alertmanager, interval, cluster, watch, runbookUrl, reportUrl} = config
  if (alertmanager === null || interval === null) return []
  const {urls, labels, failuresBeforeNotice} = alertmanager
  const basicAuth = toBasicAuth(alertmanager.basicAuth, resolveSecret)
  const shared = {basicAuth, labels, failuresBeforeNotice, interval, cluster, watch, runbookUrl, reportUrl}
  return urls.map((url, index) =>
    alertmanagerSink({...shared, name: numbered('alertmanager', index), url, http, redact}),
  )
}

function openStatus({status, cluster, watch}: Config, {http, redact}: OutputTools): Sink[] {
  return status.map(({type, url, repo, server}, index) =>
    gitopsStatusSink({
      name: numbered(type, index),
      url,
      repo: repo ?? watch,
      server: server ?? cluster,
      http,
      redact,
    }),
  )
}

function openHeartbeat({heartbeat}: Config, {resolveSecret, http, redact}: OutputTools): Sink[] {
  if (heartbeat === null) return []
  return [heartbeatSink({url: requireUrl(resolveSecret(heartbeat.url), heartbeat.url), http, redact})]
}

function toBasicAuth(
  login: {readonly username: string; readonly password: SecretRef} | null,
  resolveSecret: OutputTools['resolveSecret'],
): BasicAuth | null {
  return login === null ? null : {username: login.username, password: resolveSecret(login.password)}
}

/** `alertmanager`, `alertmanager-2` */
export function numbered(type: string, index: number): string {
  return index === 0 ? type : `${type}-${index + 1}`
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

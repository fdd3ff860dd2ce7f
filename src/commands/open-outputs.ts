import type {Config} from '../config/config.ts'
import {WatchError, errorText} from '../errors.ts'
import type {Http} from '../http.ts'
import type {ReportWarning} from '../model/report.ts'
import {toEntryMatcher} from '../notify/match.ts'
import type {MatchedNotifier} from '../notify/deliver.ts'
import {openNotifier, type NotifierConfig} from '../notify/registry.ts'
import {unavailable} from '../notify/unavailable.ts'
import type {SecretRef} from '../secret-ref.ts'
import type {Redact, Secret} from '../secret.ts'
import {pushgatewaySink} from '../sink/pushgateway.ts'
import type {Sink} from '../sink/sink.ts'

export type Outputs = {
  readonly notifiers: readonly MatchedNotifier[]
  readonly sinks: readonly Sink[]
  readonly warnings: readonly ReportWarning[]
}

export type OutputTools = {http: Http; redact: Redact; resolveSecret: (ref: SecretRef) => Secret}

/** Opens the notifiers and sinks of the config. A missing secret fails only its own: that one delivers nothing. */
export function openOutputs(config: Config, tools: OutputTools): Outputs {
  const warnings: ReportWarning[] = []
  const notifiers = config.notifiers.map(notifier => openMatched(notifier, tools, warnings))
  const sinks = [openPushgateway(config, tools, warnings)].filter(sink => sink !== null)
  return {notifiers, sinks, warnings}
}

function openMatched(config: NotifierConfig, tools: OutputTools, warnings: ReportWarning[]): MatchedNotifier {
  const name = config.name ?? config.type
  const matches = toEntryMatcher(config.match)
  try {
    return {notifier: openNotifier(config, tools), matches}
  } catch (error) {
    const detail = secretMissing(error, `notifier ${name}`, warnings)
    return {notifier: {name, type: config.type, render: () => null, send: unavailable(detail)}, matches}
  }
}

function openPushgateway(config: Config, tools: OutputTools, warnings: ReportWarning[]): Sink | null {
  const {pushgateway} = config
  if (pushgateway === null) return null
  try {
    const {basicAuth} = pushgateway
    return pushgatewaySink({
      url: pushgateway.url,
      job: pushgateway.job,
      cluster: config.cluster,
      watch: config.watch,
      basicAuth:
        basicAuth === null ? null : {username: basicAuth.username, password: tools.resolveSecret(basicAuth.password)},
      intervalSeconds: config.interval === null ? null : config.interval / 1000,
      http: tools.http,
      redact: tools.redact,
    })
  } catch (error) {
    const detail = secretMissing(error, 'sink pushgateway', warnings)
    return {type: 'pushgateway', render: () => '', show: () => null, send: unavailable(detail)}
  }
}

function secretMissing(error: unknown, owner: string, warnings: ReportWarning[]): string {
  if (!(error instanceof WatchError) || error.code !== 'SECRET_MISSING') throw error
  const message = `${owner}: ${errorText(error)}`
  warnings.push({code: error.code, message})
  return message
}

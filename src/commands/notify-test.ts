import type {PartialConfig} from '../config/config.ts'
import {readConfig, type ConfigFlags} from '../config/load.ts'
import type {NotifierRules} from '../drift/notifier-rules.ts'
import type {Observation} from '../drift/observation.ts'
import {UsageError, WatchError} from '../errors.ts'
import {httpClient} from '../http.ts'
import type {LogFlags} from '../log.ts'
import {errorCodes} from '../model/error-code.ts'
import {foremostExitCode, type ExitCode} from '../model/exit-code.ts'
import type {Notice} from '../model/notice.ts'
import type {ReportNotification, ReportWarning} from '../model/report.ts'
import {deliver} from '../notify/deliver.ts'
import type {NotifierConfig} from '../notify/registry.ts'
import {nothingKept, plan} from '../plan.ts'
import {readSecret} from '../read-secret.ts'
import type {SecretRef} from '../secret-ref.ts'
import {redactor} from '../secret.ts'
import type {CommandContext} from './context.ts'
import {interruptOf} from './interrupt.ts'
import {observedHttp} from './observed-http.ts'
import {openRuled} from './open-outputs.ts'
import {openSession, type Session} from './session.ts'
import {testRun, type AskedEntry} from './test-report.ts'
import {routeLines, toTestRoute, type TestRoute} from './test-route.ts'

export type NotifyTestFlags = ConfigFlags &
  LogFlags &
  AskedEntry & {readonly to?: string | undefined; readonly dryRun: boolean}

/**
 * Sends a report that is made up to all notifiers, or to one, on the way of every message: match, rendering, request.
 * Those whose match leaves out what is asked for get none; a dry run only says who would get it.
 * Throws `CONFIG_INVALID` also without a notifier, and `UsageError` for an unknown one.
 */
export async function notifyTest(flags: NotifyTestFlags, context: CommandContext): Promise<ExitCode> {
  const {env, cwd, stdout, interrupt} = context
  const {config} = await readConfig({flags, env, cwd}, [])
  const routes = choose(config.notifiers, flags.to).map(notifier => toTestRoute(notifier, flags))
  const taken = routes.filter(({isTaken}) => isTaken)
  const session = openSession({...flags, dryRun: false}, context)
  const {told, warnings} = await tell(flags.dryRun ? [] : taken, config, session).finally(session.stopProgress)
  for (const route of routes) {
    const delivered = told.find(({name}) => name === route.name)
    const outcome = delivered === undefined ? untold(route) : verdict(delivered)
    const lines = [`${route.name} (${route.notifier.type}): ${outcome}`, ...routeLines(route, config.ignore, context)]
    await stdout.write(`${lines.join('\n')}\n`)
  }
  if (taken.length === 0) await stdout.write('No notifier is told of this: nothing was sent.\n')
  const failed = told.filter(({delivery}) => delivery !== 'delivered').map(({name}) => name)
  if (failed.length === 0) return 0
  const code = warnings.length > 0 ? 'SECRET_MISSING' : 'DELIVERY_FAILED'
  const hint = warnings.length > 0 ? errorCodes[code].hint : 'what each receiver said stands above'
  session.log.error({code, message: `testing the notifiers: ${failed.join(', ')} did not get the message`, hint})
  const signal = interruptOf(interrupt)
  return foremostExitCode([
    errorCodes[code].exit,
    ...(signal === null ? [] : ([signal === 'SIGINT' ? 130 : 143] as const)),
  ])
}

function choose(notifiers: readonly NotifierConfig[], to: string | undefined): readonly NotifierConfig[] {
  if (notifiers.length === 0) {
    const hint = 'add one under notifiers, or set SLACK_WEBHOOK_URL'
    throw new WatchError('CONFIG_INVALID', 'testing the notifiers: the config has none', {hint})
  }
  const chosen = notifiers.filter(notifier => to === undefined || nameOf(notifier) === to)
  if (chosen.length > 0) return chosen
  throw new UsageError(
    `testing the notifier ${to}: there is none of this name`,
    `the config has ${notifiers.map(nameOf).join(', ')}`,
  )
}

function nameOf({name, type}: NotifierConfig): string {
  return name ?? type
}

type Told = {readonly told: readonly ReportNotification[]; readonly warnings: readonly ReportWarning[]}

/** Each gets a report of its own, which fits its `match`. */
async function tell(routes: readonly TestRoute[], config: PartialConfig, session: Session): Promise<Told> {
  const {secrets, onEvent, context} = session
  const {env, interrupt, clock} = context
  const {cluster, watch, caFile, baseDir, deadline, runbookUrl, reportUrl} = config
  const run = {...session.identity, cluster, watch}
  const redact = redactor(secrets)
  const http = observedHttp(httpClient({env, caFile: caFile ?? undefined}), onEvent)
  const warnings: ReportWarning[] = []
  const resolveSecret = (ref: SecretRef) => {
    const secret = readSecret(ref, env, baseDir)
    secrets.push(secret)
    return secret
  }
  const endsAt = performance.now() + deadline
  const options = {
    links: {runbookUrl, reportUrl},
    run,
    onEvent,
    redact,
    deliverySignal: AbortSignal.any([interrupt, AbortSignal.timeout(deadline)]),
    timeLeft: () => endsAt - performance.now(),
    record: () => Promise.resolve(true),
  }
  try {
    const told = await Promise.all(
      routes.map(async ({notifier, entry}) => {
        const {notifier: opened, rules} = openRuled(notifier, {http, redact, resolveSecret, clock}, warnings)
        const {report, seen} = testRun(run, entry)
        const notice = await noticeOf(seen, rules, session)
        return await deliver(report, [{notifier: opened, notice}], options)
      }),
    )
    return {told: told.flat(), warnings}
  } finally {
    await http.close()
  }
}

/** Decided as in a run that knows no other. */
async function noticeOf(seen: Observation, rules: NotifierRules, {identity, context}: Session): Promise<Notice> {
  const planned = await plan(nothingKept, seen, {
    newMemoryKey: () => '',
    minSightings: 1,
    graceAfterNewArtifact: 0,
    rules: [rules],
    alertReceivers: [],
    run: {...identity, cluster: identity.cluster ?? ''},
    dryRun: false,
    clock: context.clock,
    timeLeft: () => 0,
  })
  if (planned.state !== 'planned') throw new Error('nothing is kept, so nothing can be in the way')
  return planned.notices[0]!
}

function untold({isTaken}: TestRoute): string {
  return isTaken ? 'would be told' : 'not told, as its match leaves this out'
}

function verdict({delivery, attempts, detail}: ReportNotification): string {
  if (delivery !== 'delivered') return `failed: ${detail ?? delivery}`
  return attempts > 1 ? `delivered after ${attempts} attempts` : 'delivered'
}

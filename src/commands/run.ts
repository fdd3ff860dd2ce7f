import {randomBytes} from 'node:crypto'
import {writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {secretRefsOf, type Config} from '../config/config.ts'
import {loadConfig} from '../config/load.ts'
import {secretVariables} from '../config/overrides.ts'
import {deliveryReserve} from '../config/rules.ts'
import {WatchError} from '../errors.ts'
import {httpClient, type Http} from '../http.ts'
import type {ExitCode} from '../model/exit-code.ts'
import {openMemory} from '../memory/open-memory.ts'
import {newReport} from '../model/new-report.ts'
import type {Report} from '../model/report.ts'
import {toExitCode, type FailOn} from '../model/run-exit-code.ts'
import {readSecret} from '../read-secret.ts'
import {redactor, type Secret} from '../secret.ts'
import {toChildEnv} from '../tazuna/child-env.ts'
import {readTazuna} from '../tazuna/read.ts'
import {watch} from '../watch.ts'
import {workFolder, type WorkFolder} from '../work-folder.ts'
import type {CommandContext} from './context.ts'
import {interruptOf} from './interrupt.ts'
import {jitterOf, waitFor} from './jitter.ts'
import {observedHttp} from './observed-http.ts'
import {toMemoryOptions} from './memory-options.ts'
import {openOutputs, type OutputTools} from './open-outputs.ts'
import {openSource} from './open-source.ts'
import {isSaidByReport, logTroubles, printReport, type PrintFlags} from './print-report.ts'
import {recoverFromGateway} from './recover-from-gateway.ts'
import {openSession, type Session, type SessionFlags} from './session.ts'
import {passwordOf} from './url-password.ts'

export type RunFlags = SessionFlags &
  PrintFlags & {
    readonly failOn: readonly FailOn[]
    /** Milliseconds. */
    readonly jitter?: number | undefined
  }

/** The job: reads the config, runs the watch, prints the report. A wrong config makes a failed report, too. */
export async function run(flags: RunFlags, context: CommandContext): Promise<ExitCode> {
  const session = openSession(flags, context)
  const {log} = session
  const report = await runOrFail(flags, session).finally(session.stopProgress)
  if (flags.logFormat === 'json' || !isSaidByReport(flags, context)) logTroubles(report, log)
  const outputFailed = await printReport(report, flags, context, log)
  return toExitCode(report, {failOn: flags.failOn, interrupt: interruptOf(context.interrupt), outputFailed})
}

async function runOrFail(flags: RunFlags, session: Session): Promise<Report> {
  const {env, cwd, clock} = session.context
  let {identity} = session
  try {
    const config = await loadConfig({flags, env, cwd})
    const {cluster, watch} = config
    identity = {...identity, cluster, watch}
    if (flags.jitter !== undefined && !flags.dryRun) {
      await waitForTurn(jitterOf(cluster, watch, flags.jitter), session)
      identity = {...identity, startedAt: clock()}
    }
    return await runWatch(config, {...session, identity})
  } catch (error) {
    if (!(error instanceof WatchError)) throw error
    const {code, message, hint} = error
    return {...newReport(identity), error: {code, message: redactor(session.secrets)(message), hint}}
  }
}

async function waitForTurn(wait: number, {onEvent, context}: Session): Promise<void> {
  onEvent({type: 'stage', stage: 'wait', detail: `waiting ${(wait / 1000).toFixed(1)} s (jitter)`})
  await waitFor(wait, context.interrupt)
}

/** Wires the ports. All files of the run live in one private folder, which goes with it. */
async function runWatch(config: Config, session: Session): Promise<Report> {
  const {identity, secrets, onEvent, context} = session
  const {env, cwd, interrupt, clock} = context
  const redact = redactor(secrets)
  const http = observedHttp(httpClient({env, caFile: config.caFile ?? undefined}), onEvent)
  const work = workFolder(tmpdir())
  const ended = new AbortController()
  const endsAt = performance.now() + config.deadline
  const deadline = AbortSignal.timeout(config.deadline)
  const readingDeadline = AbortSignal.timeout(config.deadline - deliveryReserve)
  const tools: OutputTools = {
    http,
    redact,
    clock,
    resolveSecret: ref => keep(secrets, readSecret(ref, env, config.baseDir)),
  }
  const memory = await openMemory(toMemoryOptions(config, session, context))
  try {
    const outputs = openOutputs(config, tools)
    secrets.push(...sinkUrls(config).flatMap(passwordOf))
    const secretNames = [...secretVariables, ...secretRefsOf(config).flatMap(ref => ref.env ?? [])]
    return await watch({
      ...outputs,
      run: {...identity, cluster: config.cluster, watch: config.watch},
      openSource: async signal => {
        const tempDir = await work.open()
        return await openSource(config.source, {http, env, tempDir, secrets, signal, onEvent})
      },
      readState: async ({folder, file}, signal) => {
        const cacheDir = await work.open('cache')
        const contextFile = await writeContext(config.tazuna.kubeContext, work)
        const {passEnv} = config.tazuna
        const childEnv = toChildEnv({env, cwd, secretNames, passEnv, cacheDir, contextFile})
        const reading = readTazuna({
          ...config.tazuna,
          folder,
          file,
          env: childEnv,
          signal,
          redact,
          onCall: call => onEvent({type: 'call', ...call}),
        })
        void prepare(http)
        return await reading
      },
      memory,
      newMemoryKey: () => randomBytes(32).toString('hex'),
      minSightings: config.minSightings,
      graceAfterNewArtifact: config.graceAfterNewArtifact,
      recoverFirstSeen: recoverFromGateway(config, tools, clock),
      ignore: config.ignore,
      links: {runbookUrl: config.runbookUrl, reportUrl: config.reportUrl},
      redact: text => work.hide(redact(text)),
      clock,
      onEvent,
      timeLeft: () => endsAt - performance.now(),
      interrupt,
      readingSignal: AbortSignal.any([interrupt, readingDeadline, ended.signal]),
      deliverySignal: AbortSignal.any([interrupt, deadline]),
    })
  } finally {
    // what was asked and is not needed any more
    ended.abort()
    await memory.close()
    await http.close()
    await work[Symbol.asyncDispose]()
  }
}

/** URLs that the config holds in clear, but for a password in them. */
function sinkUrls({pushgateway, alertmanager, status}: Config): string[] {
  return [
    ...(pushgateway === null ? [] : [pushgateway.url]),
    ...(alertmanager?.urls ?? []),
    ...status.map(({url}) => url),
  ]
}

function keep(secrets: Secret[], secret: Secret): Secret {
  secrets.push(secret)
  return secret
}

/** A kubeconfig that only chooses a context: put first, it decides and hides nothing of the others. */
async function writeContext(context: string | null, work: WorkFolder): Promise<string | null> {
  if (context === null) return null
  const file = join(await work.open('context'), 'kubeconfig')
  await writeFile(file, JSON.stringify({apiVersion: 'v1', kind: 'Config', 'current-context': context}))
  return file
}

/** What fails here fails again at the first request, where it is told. */
async function prepare(http: Http): Promise<void> {
  await http.prepare().catch(() => undefined)
}

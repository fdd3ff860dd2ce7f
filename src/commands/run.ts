import {writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {secretRefsOf, type Config} from '../config/config.ts'
import {loadConfig, type ConfigFlags} from '../config/load.ts'
import {secretVariables} from '../config/overrides.ts'
import {deliveryReserve} from '../config/rules.ts'
import {WatchError} from '../errors.ts'
import {httpClient, type Http} from '../http.ts'
import {textLog} from '../log.ts'
import type {ExitCode} from '../model/exit-code.ts'
import {newReport, type RunIdentity} from '../model/new-report.ts'
import type {Report} from '../model/report.ts'
import {toExitCode, type FailOn} from '../model/run-exit-code.ts'
import {noProgress, terminalProgress, type Progress} from '../progress.ts'
import {readSecret} from '../read-secret.ts'
import {Secret, decodePercent, redactor} from '../secret.ts'
import {toChildEnv} from '../tazuna/child-env.ts'
import {readTazuna} from '../tazuna/read.ts'
import {watch} from '../watch.ts'
import {workFolder, type WorkFolder} from '../work-folder.ts'
import type {CommandContext} from './context.ts'
import {openOutputs} from './open-outputs.ts'
import {openSource} from './open-source.ts'
import {isSaidByReport, logTroubles, printReport, type PrintFlags} from './print-report.ts'

export type RunFlags = ConfigFlags & PrintFlags & {readonly dryRun: boolean; readonly failOn: readonly FailOn[]}

type Session = {
  readonly identity: RunIdentity
  readonly secrets: Secret[]
  readonly progress: Progress
  readonly context: CommandContext
}

/** The job: reads the config, runs the watch, prints the report. A wrong config makes a failed report, too. */
export async function run(flags: RunFlags, context: CommandContext): Promise<ExitCode> {
  const session = openSession(flags, context)
  const log = textLog(text => void context.stderr.write(text), redactor(session.secrets))
  const report = await runOrFail(flags, session).finally(session.progress.stop)
  if (!isSaidByReport(flags, context)) logTroubles(report, log)
  const outputFailed = await printReport(report, flags, context, log)
  return toExitCode(report, {failOn: flags.failOn, interrupt: interruptName(context.interrupt), outputFailed})
}

function openSession(flags: RunFlags, context: CommandContext): Session {
  const id = context.newId()
  const {TAZUNA_WATCH_RUN_GROUP, GITHUB_RUN_ID} = context.env
  const identity = {
    cluster: null,
    watch: flags.watch ?? 'default',
    id,
    group: TAZUNA_WATCH_RUN_GROUP || GITHUB_RUN_ID || id,
    dryRun: flags.dryRun,
    version: context.version,
    startedAt: context.clock(),
  }
  const {stderr, env} = context
  const drawn = stderr.isTTY && !env['CI'] && env['TERM'] !== 'dumb'
  const progress = drawn
    ? terminalProgress(
        text => void stderr.write(text),
        () => stderr.columns,
      )
    : noProgress
  return {identity, secrets: [], progress, context}
}

async function runOrFail(flags: RunFlags, session: Session): Promise<Report> {
  const {context, identity} = session
  try {
    const config = await loadConfig({flags, env: context.env, cwd: context.cwd})
    return await runWatch(config, session)
  } catch (error) {
    if (!(error instanceof WatchError)) throw error
    const {code, message, hint} = error
    return {...newReport(identity), error: {code, message: redactor(session.secrets)(message), hint}}
  }
}

/** Wires the ports. All files of the run live in one private folder, which goes with it. */
async function runWatch(config: Config, {identity, secrets, progress, context}: Session): Promise<Report> {
  const {env, cwd, interrupt, clock} = context
  const redact = redactor(secrets)
  const http = httpClient({env, caFile: config.caFile ?? undefined})
  const work = workFolder(tmpdir())
  const deadline = AbortSignal.timeout(config.deadline)
  const readingDeadline = AbortSignal.timeout(config.deadline - deliveryReserve)
  try {
    const outputs = openOutputs(config, {
      http,
      redact,
      resolveSecret: ref => keep(secrets, readSecret(ref, env, config.baseDir)),
    })
    if (config.pushgateway !== null) secrets.push(...passwordOf(config.pushgateway.url))
    const secretNames = [...secretVariables, ...secretRefsOf(config).flatMap(ref => ref.env ?? [])]
    return await watch({
      ...outputs,
      run: {...identity, cluster: config.cluster, watch: config.watch},
      openSource: async signal => {
        const tempDir = await work.open()
        return await openSource(config.source, {http, env, tempDir, secrets, signal, onEvent: progress.onEvent})
      },
      readState: async ({folder, file}, signal) => {
        const cacheDir = await work.open('cache')
        const contextFile = await writeContext(config.tazuna.kubeContext, work)
        const {passEnv} = config.tazuna
        const childEnv = toChildEnv({env, cwd, secretNames, passEnv, cacheDir, contextFile})
        const reading = readTazuna({...config.tazuna, folder, file, env: childEnv, signal, redact})
        void prepare(http)
        return await reading
      },
      ignore: config.ignore,
      links: {runbookUrl: config.runbookUrl, reportUrl: config.reportUrl},
      redact,
      clock,
      onEvent: progress.onEvent,
      interrupt,
      readingSignal: AbortSignal.any([interrupt, readingDeadline]),
      deliverySignal: AbortSignal.any([interrupt, deadline]),
    })
  } finally {
    await http.close()
    await work[Symbol.asyncDispose]()
  }
}

function keep(secrets: Secret[], secret: Secret): Secret {
  secrets.push(secret)
  return secret
}

/** The password that stands in a URL, as it is there and decoded; a user without one is a token. */
function passwordOf(url: string): Secret[] {
  const {username = '', password = ''} = URL.parse(url) ?? {}
  const secret = password === '' ? username : password
  return secret === '' ? [] : [new Secret(secret), new Secret(decodePercent(secret))]
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

function interruptName(interrupt: AbortSignal): 'SIGINT' | 'SIGTERM' | null {
  if (!interrupt.aborted) return null
  return interrupt.reason === 'SIGINT' ? 'SIGINT' : 'SIGTERM'
}

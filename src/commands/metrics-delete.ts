import type {PushgatewayConfig} from '../config/config.ts'
import {readConfig, type ConfigFlags} from '../config/load.ts'
import {withoutUser} from '../config/without-user.ts'
import {WatchError} from '../errors.ts'
import {httpClient} from '../http.ts'
import type {LogFlags} from '../log.ts'
import {groupPath, type GroupKey} from '../metrics/group-path.ts'
import type {ExitCode} from '../model/exit-code.ts'
import {readSecret} from '../read-secret.ts'
import {redactor, type Secret} from '../secret.ts'
import {openGateway} from '../sink/gateway.ts'
import {openConsole} from './console.ts'
import type {CommandContext} from './context.ts'
import {observedHttp} from './observed-http.ts'

/**
 * Deletes the group of this watch from the Pushgateway: its gauges would stay for ever when the watch is gone. Throws
 * `CONFIG_INVALID` also without a Pushgateway, `SECRET_MISSING` and `DELIVERY_FAILED`.
 */
export async function metricsDelete(flags: ConfigFlags & LogFlags, context: CommandContext): Promise<ExitCode> {
  const {env, cwd, interrupt, stdout} = context
  const {config} = await readConfig({flags, env, cwd}, ['cluster'])
  const {pushgateway, caFile, baseDir, watch} = config
  if (pushgateway === null) throw noPushgateway()
  const group: GroupKey = {job: pushgateway.job, cluster: config.cluster!, watch}
  const {onEvent, stopProgress, secrets} = openConsole(flags, context)
  const http = observedHttp(httpClient({env, caFile: caFile ?? undefined}), onEvent)
  try {
    const basicAuth = openBasicAuth(pushgateway, ref => readSecret(ref, env, baseDir))
    if (basicAuth !== null) secrets.push(basicAuth.password)
    const gateway = openGateway({url: pushgateway.url, basicAuth, http, redact: redactor(secrets)})
    const deleted = await gateway({method: 'DELETE', path: groupPath(group), body: ''}, interrupt)
    if (!deleted.ok) throw notDeleted(group, deleted.detail)
  } finally {
    stopProgress()
    await http.close()
  }
  await stdout.write(`deleted the group ${nameOf(group)} from ${withoutUser(pushgateway.url)}\n`)
  return 0
}

type Resolve = (ref: NonNullable<PushgatewayConfig['basicAuth']>['password']) => Secret

function openBasicAuth({basicAuth}: PushgatewayConfig, resolve: Resolve): {username: string; password: Secret} | null {
  return basicAuth === null ? null : {username: basicAuth.username, password: resolve(basicAuth.password)}
}

function noPushgateway(): WatchError {
  return new WatchError('CONFIG_INVALID', 'deleting the metrics: the config has no Pushgateway', {
    hint: 'set metrics.pushgateway or PUSHGATEWAY_URL',
  })
}

function notDeleted(group: GroupKey, detail: string): WatchError {
  return new WatchError('DELIVERY_FAILED', `deleting the group ${nameOf(group)}: ${detail}`, {
    hint: 'check the Pushgateway and the way to it; nothing was deleted',
  })
}

function nameOf({job, cluster, watch}: GroupKey): string {
  const labels = [['job', job], ['cluster', cluster], ...(watch === 'default' ? [] : [['scope', watch]])]
  return labels.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')
}

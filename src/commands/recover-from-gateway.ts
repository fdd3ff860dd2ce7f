import type {Config} from '../config/config.ts'
import {errorText} from '../errors.ts'
import type {Recovered} from '../sink/recover-first-seen.ts'
import type {OutputTools} from './open-outputs.ts'

/** It is asked before anybody is told, and told again itself later: no long waits. */
const sendPolicy = {attempts: 2, totalTimeout: 15_000}

/** Asks the Pushgateway of this watch since when there is drift; null without one. Loaded only where it is needed. */
export function recoverFromGateway(
  {cluster, watch, pushgateway}: Config,
  {http, redact, resolveSecret}: OutputTools,
  clock: () => Date,
): ((signal: AbortSignal) => Promise<Recovered>) | null {
  if (pushgateway === null) return null
  return async signal => {
    const {recoverFirstSeen} = await import('../sink/recover-first-seen.ts')
    const {url, job, basicAuth: login} = pushgateway
    try {
      const basicAuth = login === null ? null : {...login, password: resolveSecret(login.password)}
      const options = {url, job, basicAuth, cluster, watch, http, redact, clock, sendPolicy}
      return await recoverFirstSeen(options, signal)
    } catch (error) {
      return {state: 'failed', message: redact(errorText(error))}
    }
  }
}

import type {Attempt} from './attempt.ts'
import type {Challenge} from './challenge.ts'
import type {FoundCredential} from './credentials.ts'
import {basicValue} from './docker-config.ts'
import type {Origin} from './origin.ts'

export type AuthorizeOptions = {
  readonly challenges: readonly Challenge[]
  readonly found: FoundCredential
  readonly origin: Origin
  /** What the registry said, or empty. */
  readonly said: string
  readonly attempt: Attempt
}

/**
 * Answers a 401: maps challenge and credential to the value of `Authorization`. Throws `ARTIFACT_AUTH_REQUIRED` when it
 * cannot. A credential is never sent readable over the network.
 */
export async function authorize({challenges, found, origin, said, attempt}: AuthorizeOptions): Promise<string> {
  const required = (what: string, hint?: string) =>
    attempt.error(
      'ARTIFACT_AUTH_REQUIRED',
      ['the registry answered 401', said, what, found.unused].filter(part => !!part).join(': '),
      hint === undefined ? {} : {hint},
    )
  if (!challenges.some(({scheme}) => scheme === 'basic')) {
    const asked = challenges.map(({scheme}) => scheme).join(', ') || 'nothing that could be answered'
    throw required(`it asks for ${asked}, and only Basic is supported`)
  }
  if (found.credential === null) throw required('there are no credentials for it')
  if (origin.isPlainHttp && !origin.isLoopback) {
    throw required('credentials are not sent over plain HTTP', 'give the registry TLS and leave out source.plainHttp')
  }
  return `Basic ${basicValue(found.credential)}`
}

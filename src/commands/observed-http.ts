import type {OnEvent} from '../event.ts'
import type {Http, HttpRequest} from '../http.ts'

/** The client, telling of every attempt: what it was, and how it went. */
export function observedHttp(http: Http, onEvent: OnEvent): Http {
  return {
    ...http,
    async request(request) {
      const startedAt = performance.now()
      const tell = (status: number | null) =>
        onEvent({
          type: 'request',
          method: request.method,
          origin: originOf(request),
          status,
          seconds: (performance.now() - startedAt) / 1000,
        })
      try {
        const answer = await http.request(request)
        tell(answer.status)
        return answer
      } catch (error) {
        tell(null)
        throw error
      }
    },
  }
}

/** User, password, path and query may be secret. */
function originOf({url}: HttpRequest): string {
  return URL.parse(url)?.origin ?? 'a wrong URL'
}

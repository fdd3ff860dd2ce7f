import {disarmJson} from './disarm.ts'

/** A document as JSON, indented by two, with a newline at its end. */
export function renderJson(document: object): string {
  return disarmJson(`${JSON.stringify(document, null, 2)}\n`)
}

import {renderExposition} from '../metrics/exposition.ts'
import {toFamilies, type FamiliesOptions} from '../metrics/families.ts'
import {watchLabels} from '../metrics/watch-labels.ts'
import type {Redact} from '../secret.ts'
import type {Sink} from './sink.ts'

export type TextfileOptions = FamiliesOptions & {
  /** Absolute. */
  readonly path: string
  readonly cluster: string
  readonly watch: string
  readonly redact: Redact
}

/** An exposition for the file; `replaces` is false when the families of the old file that it does not have stay. */
type TextfilePayload = {readonly text: string; readonly replaces: boolean}

/**
 * A file for the textfile collector of Prometheus' node_exporter: the gauges of the Pushgateway, with the watch as
 * labels on every series. Where neither the run nor a memory can tell how every Manifest stands, what the file has of
 * them stays. The file is written however late it is: that takes no time.
 * https://github.com/prometheus/node_exporter#textfile-collector
 */
export function textfileSink(options: TextfileOptions): Sink<TextfilePayload> {
  const {path, redact} = options
  const labels = watchLabels(options)
  return {
    name: 'textfile',
    type: 'textfile',
    render(report, lastKnown) {
      const {run, manifests, replaces} = toFamilies(report, lastKnown, options)
      const text = renderExposition([...run, ...(manifests ?? [])], labels)
      return text === '' ? null : {text, replaces}
    },
    show: ({text, replaces}) => redact(`# ${path}${replaces ? '' : ', which keeps its other gauges'}\n${text}`),
    async send({text, replaces}) {
      const {replaceFile, updateFile} = await import('./metrics-file.ts')
      const file = await (replaces ? replaceFile(path, text) : updateFile(path, text, labels))
      if (file.kind === 'written') return {ok: true, attempts: 1}
      const detail = redact(file.detail)
      return file.kind === 'not-kept'
        ? {ok: true, attempts: 1, detail}
        : {ok: false, attempts: 1, retryable: false, detail}
    },
  }
}

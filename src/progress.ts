import type {OnEvent} from './event.ts'

/** The line of a terminal that shows what is going on. */
export type Progress = {readonly onEvent: OnEvent; readonly stop: () => void}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const clearLine = '\r\u001B[K'

/** Nothing is drawn: in a pipe, in CI, and on a terminal that cannot. */
export const noProgress: Progress = {onEvent: () => undefined, stop: () => undefined}

/** Draws the current stage with its elapsed time, ten times a second, and bytes while pulling. */
export function terminalProgress(write: (text: string) => void, width: () => number): Progress {
  let stage = 'starting'
  let detail = ''
  let startedAt = performance.now()
  let frame = 0
  let stopped = false
  const draw = () => {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    const text = `${frames[(frame += 1) % frames.length]} ${stage}${detail} ${seconds} s`
    write(clearLine + text.slice(0, Math.max(10, width() - 1)))
  }
  const timer = setInterval(draw, 100)
  timer.unref()
  return {
    onEvent(event) {
      if (event.type === 'stage') {
        stage = event.detail
        detail = ''
        startedAt = performance.now()
      } else if (event.type === 'pulled') {
        detail = ` ${megabytes(event.bytes)} of ${megabytes(event.totalBytes)} MB`
      }
    },
    stop() {
      if (stopped) return
      stopped = true
      clearInterval(timer)
      write(clearLine)
    },
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}

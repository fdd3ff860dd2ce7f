import {setTimeout as sleep} from 'node:timers/promises'

/** Asks again every 20 ms until the answer is true; rejects with `what` after `timeout` milliseconds. */
export async function until(what: string, timeout: number, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + timeout
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`after ${timeout} ms still not: ${what}`)
    await sleep(20)
  }
}

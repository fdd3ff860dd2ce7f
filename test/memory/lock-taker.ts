import {readFile, writeFile} from 'node:fs/promises'

import {takeLock} from '../../src/memory/lock.ts'

/**
 * A process that counts up the number in a file under a lock, so often: `node lock-taker.ts LOCK FILE COUNT`. Begins
 * when it reads a line. With COUNT 0 it takes the lock, says so, and keeps it until it is killed.
 */
const [lockFile = '', file = '', count = ''] = process.argv.slice(2)
const signal = new AbortController().signal

async function take() {
  const lock = await takeLock(lockFile, {clock: () => new Date(), wait: 20_000, signal})
  if (lock === null) throw new Error('another process holds it')
  return lock
}

process.stdin.once('data', async () => {
  if (count === '0') {
    await take()
    process.stdout.write('taken')
    setInterval(() => undefined, 1000)
    return
  }
  for (let index = 0; index < Number(count); index += 1) {
    const lock = await take()
    const number = Number(await readFile(file, 'utf8'))
    await writeFile(file, String(number + 1))
    await lock.release()
  }
  process.stdin.destroy()
})

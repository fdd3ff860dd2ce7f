import {readdir, readFile} from 'node:fs/promises'

import {until} from './until.ts'

/** Stops a process until SIGCONT. Done when all its threads stand: after the signal they may go on for a moment. */
export async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  await until(`process ${pid} stands`, 5_000, async () => {
    const threads = await readdir(`/proc/${pid}/task`)
    const states = await Promise.all(threads.map(thread => threadState(`/proc/${pid}/task/${thread}`)))
    return states.every(state => state === 'T')
  })
}

/** The letter of proc_pid_status(5), or null if the thread has just ended. */
async function threadState(folder: string): Promise<string | null> {
  const text = await readFile(`${folder}/status`, 'utf8').catch(() => '')
  return /^State:\t(?<letter>\S)/mu.exec(text)?.groups?.['letter'] ?? null
}

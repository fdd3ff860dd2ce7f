import {fileMemory} from '../../src/memory/file.ts'
import {emptyMemory} from '../../src/model/memory.ts'

/**
 * A process that adds mutes to the memory in a file, one a save, and tries again after each conflict:
 * `node memory-writer.ts PATH NAME COUNT`. Prints its last result; begins when it reads a line.
 */
const [path = '', name = '', count = ''] = process.argv.slice(2)
const signal = new AbortController().signal
const store = fileMemory({path, cluster: 'prod', watch: 'default', writtenBy: name, clock: () => new Date()})

async function addMute(key: string): Promise<string> {
  for (;;) {
    const loaded = await store.load(signal)
    if (loaded.state !== 'loaded') return `${loaded.state}: ${loaded.message}`
    const memory = loaded.memory ?? emptyMemory('prod', 'default', 'ab'.repeat(32))
    const at = '2026-11-20T12:00:00Z'
    const mutes = [...memory.mutes, {key, reason: '', createdAt: at, until: at, content: null}]
    const saved = await store.save({...memory, mutes}, loaded.version, signal)
    if (saved.state === 'saved') return saved.state
    if (saved.state !== 'conflict') return `${saved.state}: ${saved.message}`
  }
}

process.stdin.once('data', async () => {
  let result = ''
  for (let index = 0; index < Number(count); index += 1) {
    result = await addMute(`${name}-${index}`)
    if (result !== 'saved') break
  }
  process.stdout.write(result)
  process.stdin.destroy()
})

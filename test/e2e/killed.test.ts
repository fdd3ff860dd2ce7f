import {join} from 'node:path'

import {describe, expect, it} from 'vitest'

import {reportOf} from '../support/cli.ts'
import {configMap, deployment, writeSource} from '../support/tazuna-yaml.ts'
import {world, type World} from '../support/world.ts'

const worlds = 5
const killsInEach = 10

/** One more ConfigMap than before is new drift, which is due at once. */
async function drift(w: World, count: number): Promise<void> {
  const added = Array.from({length: count}, (_, index) => configMap('web', nameOf(index)))
  await writeSource(join(w.dir.path, 'source'), {
    web: [deployment('web', 'nginx', 3), ...added],
    api: [deployment('api', 'api')],
  })
}

function nameOf(index: number): string {
  return `drift-${index}-`
}

/** How many messages so far call this entry new. */
function tellings({webhook}: World, index: number): number {
  return webhook.calls.filter(({body}) => new RegExp(`${nameOf(index)}[^"]{0,20}· new`).test(body)).length
}

describe('a run that is killed at any moment', () => {
  it.concurrent.each(Array.from({length: worlds}, (_, index) => index))(
    'loses no message, and repeats at most the one in flight (part %i)',
    async part => {
      await using w = await world({memory: true})
      await drift(w, 0)
      const startedAt = performance.now()
      expect((await w.run()).exitCode).toBe(0)
      const duration = performance.now() - startedAt

      for (let index = 0; index < killsInEach; index += 1) {
        await drift(w, index + 1)
        // a Job's retry is in the group of the run before it
        const env = {TAZUNA_WATCH_RUN_GROUP: `job-${index}`}
        const moment = (duration * (index + part / worlds)) / killsInEach
        await w.run([], {env, onStart: kill => void setTimeout(() => kill('SIGKILL'), moment)})
        const after = await w.run([], {env})
        expect({index, exitCode: after.exitCode, stderr: after.stderr}).toEqual({index, exitCode: 0, stderr: ''})
        expect([1, 2], `drift ${index}, killed after ${moment} ms`).toContain(tellings(w, index))
      }
      const messages = w.webhook.calls.length
      const last = reportOf(await w.run(['--format', 'json']))
      expect(last.notifications[0]).toMatchObject({delivery: 'nothing-due'})
      expect(w.webhook.calls).toHaveLength(messages)
    },
    120_000,
  )
})

describe('two runs at once on one memory', () => {
  it('send one message', async () => {
    await using w = await world({memory: true})
    await drift(w, 0)
    await w.run()
    for (let index = 0; index < 5; index += 1) {
      await drift(w, index + 1)
      const results = await Promise.all([w.run(), w.run()])
      expect(tellings(w, index)).toBe(1)
      // the other one had nothing to tell any more, or found this one at work
      const codes = results.map(({exitCode}) => exitCode)
      expect(codes).toContain(0)
      expect([0, 75]).toContain(codes.find(code => code !== 0) ?? 0)
    }
  }, 60_000)
})

import {alertsDelivered} from './drift/follow-alerts.ts'
import {merge} from './drift/merge.ts'
import {tell, tellFailed} from './drift/tell.ts'
import type {MemoryTrouble} from './memory/memory-store.ts'
import type {Alert} from './model/alert.ts'
import type {Memory} from './model/memory.ts'
import type {Addressed} from './notify/deliver.ts'
import type {Delivery} from './notify/notifier.ts'
import {conflictRetries, saveTimeout, type Plan} from './plan.ts'

/** Writes down, notifier by notifier, what was delivered, while the run holds its claim. */
export type NotificationLogWriter = {
  /** A success is saved at once: false if it could not be. A failure is kept until the next save. */
  record(told: Addressed, delivery: Delivery): Promise<boolean>
  /** Gives the claim back with what is not saved yet. */
  close(): Promise<void>
  /** Each of these receivers knows now which alerts ended. If it cannot be saved at once, the next run says it again. */
  alertsDelivered(delivered: ReadonlyMap<string, readonly Alert[]>): Promise<void>
  readonly memory: () => Memory
  /** Why it could not be saved, if so. */
  readonly trouble: () => MemoryTrouble | null
}

export function openNotificationLog(plan: Plan, clock: () => Date): NotificationLogWriter {
  const {store} = plan
  let {memory, version, loaded} = plan
  let trouble: MemoryTrouble | null = null
  const {claim} = memory
  /** Another run has claimed the memory or saved a newer reading since: it tells what is due. */
  let isOvertaken = false
  let isDirty = claim !== null
  let due = plan.notices.filter(({reasons}) => reasons.length > 0).length

  const save = async (): Promise<void> => {
    if (store === null) return
    for (let attempt = 0; trouble === null; attempt += 1) {
      const saved = await store.save(memory, version, AbortSignal.timeout(saveTimeout))
      if (saved.state === 'saved') {
        ;({version} = saved)
        isDirty = false
        return
      }
      if (saved.state !== 'conflict' || attempt === conflictRetries) {
        trouble = saved.state === 'conflict' ? conflictTrouble(store.description) : saved
        return
      }
      const reloaded = await store.load(AbortSignal.timeout(saveTimeout))
      if (reloaded.state !== 'loaded') {
        trouble = reloaded
        return
      }
      ;({version} = reloaded)
      if (reloaded.memory !== null) {
        const theirs = reloaded.memory
        const isTheirClaim = theirs.claim !== null && theirs.claim.run !== claim?.run
        isOvertaken ||= isTheirClaim || isNewer(theirs, memory)
        memory = {...merge(memory, theirs, loaded), ...(isTheirClaim && {claim: theirs.claim})}
        loaded = reloaded.memory
      }
    }
  }

  const unclaimed = () => (memory.claim?.run === claim?.run ? {...memory, claim: null} : memory)

  return {
    async record({notifier, notice}, delivery) {
      const {name} = notifier
      memory = delivery.ok ? tell(memory, name, notice, clock(), delivery.reference) : tellFailed(memory, name, clock())
      isDirty = true
      due -= 1
      // the last one gives the claim back, too
      if (due === 0) memory = unclaimed()
      if (delivery.ok) await save()
      return trouble === null && !isOvertaken
    },
    async close() {
      const holdsClaim = claim !== null && memory.claim?.run === claim.run
      if (!isDirty && !holdsClaim) return
      memory = unclaimed()
      await save()
    },
    async alertsDelivered(delivered) {
      let next = memory
      for (const [id, alerts] of delivered) next = alertsDelivered(next, id, alerts)
      // another run may be at work meanwhile: nothing of it is to be held up
      if (next !== memory && trouble === null) await store?.save(next, version, AbortSignal.timeout(saveTimeout))
    },
    memory: () => memory,
    trouble: () => trouble,
  }
}

function conflictTrouble(description: string): MemoryTrouble {
  return {
    state: 'unusable',
    message: `saving the memory in ${description}: ${conflictRetries + 1} times somebody else saved first`,
    hint: 'let only one run of a watch be at work at a time',
  }
}

/** Another run's reading, later than ours. */
function isNewer(theirs: Memory, ours: Memory): boolean {
  return theirs.lastRun?.id !== ours.lastRun?.id && (theirs.lastRun?.readAt ?? '') > (ours.lastRun?.readAt ?? '')
}

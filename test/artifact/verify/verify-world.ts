import type {PullOptions, PulledArtifact} from '../../../src/artifact/pull.ts'
import type {Verified, VerifyPolicy} from '../../../src/artifact/verify/verify-artifact.ts'
import type {FakeRegistry, StoredDescriptor} from '../../support/fake-registry.ts'
import {addArtifact, addFileLayer} from '../artifact-builder.ts'
import {openPullWorld} from '../pull-world.ts'
import {ecSigner, type Signer} from './signer.ts'

/** A registry with one artifact, `prod`, that is not signed yet, and who may sign it. */
export type VerifyWorld = AsyncDisposable & {
  readonly registry: FakeRegistry
  readonly artifact: StoredDescriptor
  readonly layer: StoredDescriptor
  readonly signer: Signer
  readonly stranger: Signer
  /** Pulls with the key of `signer`. */
  pull(policy?: Partial<VerifyPolicy>, options?: Partial<PullOptions>, suffix?: string): Promise<PulledArtifact>
  /** What a pull says of its signatures; what it pulled is gone. */
  facts(policy?: Partial<VerifyPolicy>): Promise<Pick<Verified, 'verifiedBy' | 'warnings'>>
  /** Of that, who signed. */
  verifiedBy(policy?: Partial<VerifyPolicy>): Promise<readonly string[]>
  /** The error of a pull that must fail without a call for the content. */
  refusal(policy?: Partial<VerifyPolicy>, options?: Partial<PullOptions>, suffix?: string): Promise<unknown>
}

/** When the artifact was made; the clock of the pull shows midday. */
export const minutesAgo = (minutes: number) => new Date(Date.UTC(2026, 10, 21, 12) - minutes * 60_000).toISOString()

const signer = ecSigner()
const stranger = ecSigner()

export async function openVerifyWorld(annotations: Record<string, string> = {}): Promise<VerifyWorld> {
  const world = await openPullWorld()
  const {registry} = world
  const layer = addFileLayer(registry, 'tazuna.yaml', 'manifests: []\n')
  const artifact = addArtifact(registry, [layer], {annotations})
  const toOptions = (policy: Partial<VerifyPolicy> = {}, options: Partial<PullOptions> = {}) => ({
    verify: {keys: [signer.key], require: true, grace: 600_000, ...policy},
    ...options,
  })
  const facts: VerifyWorld['facts'] = async policy => {
    await using pulled = await world.pull(':prod', toOptions(policy))
    const {verifiedBy, warnings} = pulled
    return {verifiedBy, warnings}
  }
  return {
    registry,
    artifact,
    layer,
    signer,
    stranger,
    pull: (policy, options, suffix) => world.pull(suffix, toOptions(policy, options)),
    facts,
    verifiedBy: async policy => (await facts(policy)).verifiedBy,
    async refusal(policy, options, suffix) {
      registry.calls.length = 0
      const error = await world.failure(suffix, toOptions(policy, options))
      if (registry.paths().includes(`blobs/${layer.digest}`)) throw new Error('the content was fetched')
      return error
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  }
}

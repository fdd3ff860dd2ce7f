import {explain as explainMemory} from '../drift/explain.ts'
import {UsageError} from '../errors.ts'
import type {ExitCode} from '../model/exit-code.ts'
import {renderExplanation} from '../report/explain-text.ts'
import {jsonPieces} from '../report/json.ts'
import type {CommandContext} from './context.ts'
import {didYouMean, nearestKeys} from './nearest-keys.ts'
import {toRules} from './open-outputs.ts'
import {textOptions} from './text-options.ts'
import {newMemory, withMemory, type MemoryFlags} from './with-memory.ts'

export type ExplainFlags = MemoryFlags & {readonly format: 'text' | 'json'}

/**
 * Prints why each notifier was or was not told, of all Manifests or of one. Throws `UsageError` for one that no run saw,
 * and what `withMemory` throws.
 */
export async function explain(
  manifest: string | undefined,
  flags: ExplainFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const explanation = await withMemory(flags, context, async ({config, store, load}) => {
    const memory = (await load()) ?? newMemory(config)
    if (manifest !== undefined && !memory.manifests.has(manifest)) {
      throw unknownManifest(manifest, [...memory.manifests.keys()], store)
    }
    const {minSightings, graceAfterNewArtifact, notifiers} = config
    const options = {now: context.clock(), minSightings, graceAfterNewArtifact, store, manifest: manifest ?? null}
    return explainMemory(memory, notifiers.map(toRules), options)
  })
  const pieces =
    flags.format === 'json'
      ? jsonPieces(explanation)
      : [renderExplanation(explanation, {...textOptions(context), withEntries: manifest !== undefined})]
  for (const piece of pieces) await context.stdout.write(piece)
  return 0
}

function unknownManifest(name: string, known: readonly string[], store: string): UsageError {
  const nearest = didYouMean(nearestKeys(name, known))
  const shown =
    known.length <= 10 ? `known: ${known.join(', ')}` : `${known.length} are known; \`memory show\` lists them`
  const hint = known.length === 0 ? 'no run has seen any Manifest yet' : nearest === '' ? shown : nearest
  return new UsageError(`explaining Manifest ${name}: no run saw one of this name (${store})`, hint)
}

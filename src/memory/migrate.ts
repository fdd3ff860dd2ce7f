/** A kept document of any version. */
export type AnyDocument = Readonly<Record<string, unknown>>

/** Makes a document of version n one of version n + 1. */
export type Migration = (document: AnyDocument) => AnyDocument

/** From version 1 to 2, from 2 to 3, …: forward only. What is kept is of the newest version from the next save on. */
const migrations: readonly Migration[] = []

/** The document in the newest version; null when it is of no version that is known. */
export function migrate(document: AnyDocument, steps: readonly Migration[] = migrations): AnyDocument | null {
  const version = Number(/^tazuna-watch\/memory\/v([1-9]\d{0,3})$/.exec(String(document['schema']))?.[1])
  if (!(version <= steps.length + 1)) return null
  return steps.slice(version - 1).reduce((migrated, step) => step(migrated), document)
}

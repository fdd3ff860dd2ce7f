import fc from 'fast-check'
import {chmod, mkdir, writeFile} from 'node:fs/promises'
import {dirname, join} from 'node:path'

/** Files and folders of one folder, as somebody may have them. */
export type RandomTree = {
  readonly files: readonly {readonly path: string; readonly content: string; readonly mode: number}[]
  /** Some that hold nothing, too. */
  readonly folders: readonly string[]
}

const words = [
  'a',
  'b',
  'tazuna.yaml',
  'web',
  'name with spaces',
  'é',
  '設定',
  '-dash',
  '*',
  'quote\'"',
  '#hash',
  '...',
  '~',
]
const word = fc.oneof(
  {weight: 6, arbitrary: fc.constantFrom(...words)},
  {weight: 1, arbitrary: fc.integer({min: 60, max: 101}).map(length => 'n'.repeat(length))},
)
/** Around the sizes of tar's names: 100 bytes, 155 and 100, and 255 of one component. */
const longWord = fc.oneof(word, fc.constantFrom('l'.repeat(155), '設'.repeat(40), 'm'.repeat(250)))
/** Around the block size. */
const size = fc.constantFrom(0, 0, 1, 5, 511, 512, 513, 1024, 10_239, 10_240, 10_241)
const mode = fc.constantFrom(0o644, 0o600, 0o444, 0o755, 0o700, 0o777, 0o4755, 0o2755, 0o1644)

/** `long` has names that the ustar format has no room for. */
export function randomTree({long}: {long: boolean}): fc.Arbitrary<RandomTree> {
  const path = fc.array(long ? longWord : word, {minLength: 1, maxLength: long ? 5 : 3}).map(parts => parts.join('/'))
  const file = fc.record({path, content: size.map(length => 'x'.repeat(length)), mode})
  return fc
    .record({files: fc.array(file, {minLength: 1, maxLength: 8}), folders: fc.array(path, {maxLength: 3})})
    .map(fitting)
}

/** Without what cannot be together: a file with the name of another one, or of a folder. */
function fitting({files, folders}: RandomTree): RandomTree {
  const unique = [...new Map(files.map(file => [file.path, file])).values()]
  const all = [...unique.map(({path}) => path), ...folders]
  const fits = (path: string) => !all.some(other => other.startsWith(`${path}/`)) && !folders.includes(path)
  const kept = unique.filter(({path}) => fits(path))
  const isBelowFile = (path: string) => kept.some(file => path === file.path || path.startsWith(`${file.path}/`))
  return {files: kept, folders: folders.filter(path => !isBelowFile(path))}
}

export async function writeTree({files, folders}: RandomTree, folder: string): Promise<void> {
  for (const path of folders) await mkdir(join(folder, path), {recursive: true})
  for (const {path, content, mode} of files) {
    await mkdir(dirname(join(folder, path)), {recursive: true})
    await writeFile(join(folder, path), content)
    // after the content: it takes away some bits
    await chmod(join(folder, path), mode)
  }
}

/** A tree as `readTree` gives it, with the modes that ours has. */
export function withPlainModes(tree: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tree).map(([path, text]) => [
      path,
      text.replace(/^\d+ /, text.endsWith(' folder') ? '755 ' : '644 '),
    ]),
  )
}

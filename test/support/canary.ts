import {createHash} from 'node:crypto'
import {readFile, readdir} from 'node:fs/promises'
import {join} from 'node:path'

/** A secret that can be found again: `word` stands nowhere else. */
export type Canary = {
  readonly name: string
  readonly word: string
}

/** Letters and digits only, so that no encoding but base64 hides it. */
export function canary(name: string): Canary {
  return {name, word: `x${createHash('sha256').update(name).digest('hex').slice(0, 31)}`}
}

/**
 * Where a canary sings: the places whose text holds its beginning or end, as it is or inside something that is base64.
 * Percent-encoding leaves a word of letters alone.
 */
export function singing(canaries: readonly Canary[], places: Readonly<Record<string, string>>): string[] {
  return canaries.flatMap(({name, word}) => {
    const needles = [word.slice(0, 8), word.slice(-8)].flatMap(part => [part, ...inBase64(part)])
    return Object.entries(places).flatMap(([place, text]) =>
      needles.filter(needle => text.includes(needle)).map(needle => `${name} in ${place}: ${around(text, needle)}`),
    )
  })
}

/** The characters that a word always has in base64, for each of the three places in a group where it may begin. */
function inBase64(word: string): string[] {
  return [0, 1, 2].map(before => {
    const encoded = Buffer.from('x'.repeat(before) + word).toString('base64')
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + word.length) * 8) / 6))
  })
}

function around(text: string, needle: string): string {
  const at = text.indexOf(needle)
  return text.slice(Math.max(0, at - 60), at + needle.length + 20)
}

/** Every file below a folder: path → its bytes as Latin-1, so that none is lost. */
export async function readAll(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder, {recursive: true, withFileTypes: true})).filter(entry => entry.isFile())
  const texts = await Promise.all(
    files.map(async ({parentPath, name}) => [join(parentPath, name), await readFile(join(parentPath, name), 'latin1')]),
  )
  return Object.fromEntries(texts) as Record<string, string>
}

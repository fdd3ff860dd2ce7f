/**
 * A tar writer that writes what it is told, also what no honest program would.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13
 */
export type TarEntry = {
  name: string
  /** Written as it is, in place of the name. */
  nameField?: Buffer
  /** `0` file, `1` hard link, `2` symbolic link, `3` `4` devices, `5` folder, `6` fifo, `x` PAX, `g` global PAX, `L` GNU. */
  type?: string
  mode?: number
  content?: string | Buffer
  linkname?: string
  prefix?: string
  /** What the header claims, when it is not the length of `content`. */
  size?: number
  /** Written as it is. */
  sizeField?: string | Buffer
  /** Added to the right checksum. */
  checksumError?: number
  magic?: string
}

const blockSize = 512

/** An archive, by default with its end: two blocks of zeros. */
export function tar(entries: readonly TarEntry[], {endBlocks = 2}: {endBlocks?: number} = {}): Buffer {
  return Buffer.concat([...entries.map(entryBytes), Buffer.alloc(endBlocks * blockSize)])
}

export function file(name: string, content: string | Buffer = `content of ${name}\n`, mode = 0o644): TarEntry {
  return {name, content, mode}
}

export function folder(name: string): TarEntry {
  return {name, type: '5', mode: 0o755}
}

/** A PAX header for the entry after it. */
export function pax(records: Readonly<Record<string, string | Buffer>>, type: 'x' | 'g' = 'x'): TarEntry {
  return {name: 'PaxHeaders/x', type, content: Buffer.concat(Object.entries(records).map(paxRecord))}
}

/** A GNU long name for the entry after it. */
export function longName(name: string): TarEntry {
  return {name: '././@LongLink', type: 'L', content: `${name}\0`}
}

/** A GNU long target for the link after it. */
export function longLink(target: string): TarEntry {
  return {name: '././@LongLink', type: 'K', content: `${target}\0`}
}

export function symbolicLink(name: string, target: string): TarEntry {
  return {name, type: '2', linkname: target, mode: 0o777}
}

export function hardLink(name: string, target: string): TarEntry {
  return {name, type: '1', linkname: target}
}

/** A size as GNU writes it when it has no room for its digits. */
export function base256(size: bigint): Buffer {
  const field = Buffer.alloc(12)
  field.writeBigInt64BE(size, 4)
  if (size < 0n) field.fill(0xff, 0, 4)
  else field[0] = 0x80
  return field
}

function entryBytes(entry: TarEntry): Buffer {
  const content = Buffer.from(entry.content ?? '')
  const padding = Buffer.alloc((blockSize - (content.length % blockSize)) % blockSize)
  return Buffer.concat([headerBytes(entry, content.length), content, padding])
}

function headerBytes(entry: TarEntry, length: number): Buffer {
  const header = Buffer.alloc(blockSize)
  header.write(entry.name, 0, 100)
  entry.nameField?.copy(header.fill(0, 0, 100), 0, 0, 100)
  header.write(octal(entry.mode ?? 0o644, 8), 100)
  header.write(octal(0, 8), 108)
  header.write(octal(0, 8), 116)
  header.write(octal(entry.size ?? length, 12), 124)
  if (entry.sizeField !== undefined) Buffer.from(entry.sizeField).copy(header.fill(0, 124, 136), 124)
  header.write(octal(0, 12), 136)
  header.write(entry.type ?? '0', 156)
  header.write(entry.linkname ?? '', 157, 100)
  header.write(entry.magic ?? 'ustar\u000000', 257, 8, 'latin1')
  header.write(entry.prefix ?? '', 345, 155)
  header.fill(' ', 148, 156)
  const sum = header.reduce((sum, byte) => sum + byte, 0) + (entry.checksumError ?? 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return header
}

function octal(value: number, size: number): string {
  return `${value.toString(8).padStart(size - 1, '0')}\0`
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
function paxRecord([key, value]: [string, string | Buffer]): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')])
  let length = rest.length + 1
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length
  return Buffer.concat([Buffer.from(String(length)), rest])
}

import {listOf, type Random} from './random.ts'

const scalars = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53,
  1e308,
  '',
  'x',
  '../x',
  '/etc',
  '\0',
  '__proto__',
  {},
  [],
]
const keys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'digest',
  'size',
  'mediaType',
  'annotations',
  'layers',
  'x',
]

/** Changes what a JSON text says, in one to three places; the result is JSON. */
export function mutateJson(json: unknown, random: Random): string {
  let text = JSON.stringify(json)
  for (let count = 1 + random.int(3); count > 0; count -= 1) {
    text = withOwnProto(JSON.stringify(changed(JSON.parse(text), random)), random)
  }
  return text
}

function changed(value: unknown, random: Random): unknown {
  if (random.chance(0.15)) return replacement(value, random)
  if (Array.isArray(value)) return changedArray(value, random)
  if (typeof value === 'object' && value !== null) return changedObject(value as Record<string, unknown>, random)
  return replacement(value, random)
}

function replacement(value: unknown, random: Random): unknown {
  switch (random.int(5)) {
    case 0:
      return random.pick(scalars)
    case 1:
      return [value]
    case 2:
      return {[random.pick(keys)]: value}
    case 3:
      return typeof value === 'number' ? value + random.pick([-1, 1, 0.5, 2 ** 40]) : value
    default:
      return typeof value === 'string'
        ? value.slice(0, random.int(value.length + 1)) + random.pick(['', '\n', 'é', '0'])
        : []
  }
}

function changedArray(list: readonly unknown[], random: Random): unknown[] {
  if (list.length === 0) return [random.pick(scalars)]
  const at = random.int(list.length)
  switch (random.int(4)) {
    case 0:
      return list.toSpliced(at, 1)
    case 1:
      return list.toSpliced(at, 0, list[at], ...(random.chance(0.05) ? Array.from({length: 200}, () => list[at]) : []))
    default:
      return list.with(at, changed(list[at], random))
  }
}

function changedObject(object: Record<string, unknown>, random: Random): Record<string, unknown> {
  const entries = Object.entries(object)
  if (entries.length === 0 || random.chance(0.1)) return {...object, [random.pick(keys)]: random.pick(scalars)}
  const at = random.int(entries.length)
  const [key, value] = entries[at]!
  switch (random.int(6)) {
    case 0:
      return Object.fromEntries(entries.toSpliced(at, 1))
    case 1:
      return Object.fromEntries(entries.with(at, [random.pick(keys), value]))
    default:
      return Object.fromEntries(entries.with(at, [key, changed(value, random)]))
  }
}

/** Sometimes a key that JSON.parse makes an own one, and an assignment does not. */
function withOwnProto(text: string, random: Random): string {
  if (!random.chance(0.1)) return text
  const places = [...text.matchAll(/\{/g)].map(({index}) => index + 1)
  if (places.length === 0) return text
  const at = random.pick(places)
  const key = random.pick(['__proto__', 'constructor', 'annotations'])
  const value = random.pick(['{"polluted":"yes"}', '"x"', 'null', '{"__proto__":{"polluted":true}}'])
  return `${text.slice(0, at)}"${key}":${value}${text[at] === '}' ? '' : ','}${text.slice(at)}`
}

/** Small JSON of any form. */
export function anyJson(random: Random, depth = 3): unknown {
  if (depth === 0 || random.chance(0.4)) return random.pick(scalars)
  const below = () => anyJson(random, depth - 1)
  return random.chance(0.4)
    ? listOf(random, 3, below)
    : Object.fromEntries(listOf(random, 4, () => [random.pick(keys), below()]))
}

import fc from 'fast-check'
import {isAbsolute, resolve, sep} from 'node:path'
import {describe, expect, it} from 'vitest'

import {parseEntryName} from '../../src/artifact/entry-name.ts'
import {defaultLimits} from '../../src/artifact/limits.ts'

const parse = (name: string) => parseEntryName(name, defaultLimits)

describe('parseEntryName', () => {
  it.each([
    ['tazuna.yaml', 'tazuna.yaml'],
    ['./tazuna.yaml', 'tazuna.yaml'],
    ['.', ''],
    ['./', ''],
    ['web/', 'web'],
    ['./web/base/', 'web/base'],
    ['web//base/./a', 'web/base/a'],
    ['...', '...'],
    ['..a/b..', '..a/b..'],
    ['.hidden', '.hidden'],
    ['name with spaces', 'name with spaces'],
    ['設定/アプリ.yaml', '設定/アプリ.yaml'],
    [`${'a'.repeat(255)}/b`, `${'a'.repeat(255)}/b`],
    [Array.from({length: 64}, () => 'a').join('/'), Array.from({length: 64}, () => 'a').join('/')],
  ])('takes %j', (name, path) => {
    expect(parse(name)).toEqual({path, problem: null})
  })

  it.each([
    ['', 'it is empty'],
    ['/etc/passwd', 'it is absolute'],
    ['//x', 'it is absolute'],
    ['..', 'it has a .. component'],
    ['../x', 'it has a .. component'],
    ['a/../b', 'it has a .. component'],
    ['a/..', 'it has a .. component'],
    ['./..//x', 'it has a .. component'],
    ['C:/x', 'it begins with a drive letter'],
    ['c:x', 'it begins with a drive letter'],
    ['./C:', 'it begins with a drive letter'],
    ['a\\b', 'it has a backslash'],
    ['a\0b', 'it has a control character'],
    ['a\nb', 'it has a control character'],
    ['a\u009Bb', 'it has a control character'],
    ['a\uFFFDb', 'it is not UTF-8'],
    ['a\uD800b', 'it is not UTF-8'],
    ['a'.repeat(256), 'a component is longer than 255 bytes'],
    ['é'.repeat(128), 'a component is longer than 255 bytes'],
    [Array.from({length: 65}, () => 'a').join('/'), 'it is more than 64 folders deep'],
    [`${'a'.repeat(200)}/`.repeat(21), 'it is longer than 4096 bytes'],
  ])('refuses %j', (name, problem) => {
    expect(parse(name)).toEqual({path: null, problem})
  })

  it('gives only paths that stay inside, and that it would give again', () => {
    const parts = fc.constantFrom('..', '.', '', '/', 'a', 'b.c', '~', '\\', '\0', 'é', 'C:', ' ')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(parts).map(list => list.join('/')),
          fc.string({unit: 'binary'}),
        ),
        name => {
          const {path} = parse(name)
          if (path === null) return
          expect(isAbsolute(path)).toBe(false)
          expect(`${resolve('/root', path)}${sep}`.startsWith(`/root${sep}`)).toBe(true)
          expect(parse(path || '.')).toEqual({path, problem: null})
        },
      ),
    )
  })
})

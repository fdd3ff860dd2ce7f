import {mkdir} from 'node:fs/promises'
import {join} from 'node:path'

import {describe, expect, it} from 'vitest'

import {readSecret} from '../src/read-secret.ts'
import type {SecretRef} from '../src/secret-ref.ts'
import {tempDir} from './support/temp-dir.ts'

describe('readSecret', () => {
  const contents: [string, string, string][] = [
    ['as it is', 'secret', 'secret'],
    ['without its newline', 'secret\n', 'secret'],
    ['without its CR and newline', 'secret\r\n', 'secret'],
    ['with all but the last newline', 'one\ntwo\n\n', 'one\ntwo\n'],
    ['with its spaces', '  secret ', '  secret '],
    ['with characters of any script', 'geheim-ü-秘密\n', 'geheim-ü-秘密'],
  ]

  it.each(contents)('reads a variable %s', (_how, text, expected) => {
    expect(readSecret({env: 'HOOK'}, {HOOK: text}, '/').reveal()).toBe(expected)
  })

  it.each(contents)('reads a file %s', async (_how, text, expected) => {
    await using dir = await tempDir()
    const file = await dir.write('secrets/hook', text)
    expect(readSecret({file}, {}, '/nowhere').reveal()).toBe(expected)
    expect(readSecret({file: 'secrets/hook'}, {}, dir.path).reveal()).toBe(expected)
    expect(readSecret({file: '../hook'}, {}, join(dir.path, 'secrets', 'more')).reveal()).toBe(expected)
  })

  it.each<[string, SecretRef, NodeJS.ProcessEnv, RegExp]>([
    ['a variable that is not set', {env: 'HOOK'}, {}, /variable HOOK: it is not set or empty/],
    ['a variable that is empty', {env: 'HOOK'}, {HOOK: ''}, /variable HOOK: it is not set or empty/],
    ['a variable that is a newline', {env: 'HOOK'}, {HOOK: '\n'}, /variable HOOK: it is not set or empty/],
    ['a file that is not there', {file: 'hook'}, {}, /file .+\/hook: ENOENT/],
    ['a file that is empty', {file: 'empty'}, {}, /file empty: it is not set or empty/],
    ['a folder', {file: 'folder'}, {}, /file .+\/folder: it is a folder: name the file in it/],
  ])('has no secret in %s, and says where it looked', async (_title, ref, env, message) => {
    await using dir = await tempDir()
    await dir.write('empty', '')
    await mkdir(join(dir.path, 'folder'))
    const read = () => readSecret(ref, env, dir.path)
    expect(read).toThrow(message)
    expect(read).toThrow(expect.objectContaining({code: 'SECRET_MISSING'}) as Error)
  })

  it('shows nothing of what it read', () => {
    const secret = readSecret({env: 'HOOK'}, {HOOK: 'canary'}, '/')
    expect(`${secret as unknown as string} ${JSON.stringify(secret)}`).not.toContain('canary')
  })
})

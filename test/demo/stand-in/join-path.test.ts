import {describe, expect, it} from 'vitest'

import {joinPath} from '../../../src/demo/stand-in/join-path.ts'

// The expected values are what Go 1.26's filepath.Join makes of the same input.
describe('a path in tazuna.yaml', () => {
  it.each([
    ['.', './web', 'web'],
    ['a', 'b/', 'a/b'],
    ['/a', '/b', '/a/b'],
    ['..', 'x/../y', '../y'],
    ['.', '', '.'],
    ['/', '', '/'],
    ['a', '.', 'a'],
  ])('joins %j and %j to %j', (folder, path, joined) => {
    expect(joinPath(folder, path)).toBe(joined)
  })
})

import {describe, expect, it} from 'vitest'

import type {DiffEntry} from '../../src/model/diff-entry.ts'
import {disagreements} from '../../src/tazuna/agreement.ts'
import {hash} from '../support/state-diff-text.ts'
import {entry, listed, output, unapplied} from '../support/state-reading.ts'

const list = [listed('web', 'a', 'b'), unapplied('new')]

describe('disagreements', () => {
  it.each<[string, DiffEntry, boolean]>([
    ['added and not listed', entry('web', 'added', 'c'), false],
    ['added and without State', entry('new', 'added', 'c'), false],
    ['added but listed', entry('web', 'added', 'a'), true],
    ['modified and listed with another hash', entry('web', 'modified', 'a'), false],
    ['modified but not listed', entry('web', 'modified', 'c'), true],
    ['modified but without State', entry('new', 'modified', 'c'), true],
    ['modified to what is stored', {...entry('web', 'modified', 'a'), newHash: hash('old /v1/ConfigMap/web/a')}, true],
    [
      'modified to what is stored, shortened',
      {...entry('web', 'modified', 'a'), newHash: `${hash('old /v1/ConfigMap/web/a').slice(0, 6)}...`},
      true,
    ],
    [
      'modified from what is stored',
      {...entry('web', 'modified', 'a'), oldHash: hash('old /v1/ConfigMap/web/a')},
      false,
    ],
    ['modified from something else', {...entry('web', 'modified', 'a'), oldHash: hash('other')}, true],
    ['removed and listed', entry('web', 'removed', 'b'), false],
    ['removed but not listed', entry('web', 'removed', 'c'), true],
    ['removed with another stored hash', {...entry('web', 'removed', 'b'), oldHash: hash('other')}, true],
    ['always-sync, whatever is stored', entry('web', 'always-sync', 'z'), false],
    ['a Manifest that is not listed', entry('unlisted', 'added', 'c'), true],
  ])('%s', (_title, row, moved) => {
    expect([...disagreements(list, output([row]).blocks)]).toEqual(moved ? [row.manifest] : [])
  })
})

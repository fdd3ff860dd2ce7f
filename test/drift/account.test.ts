import {describe, expect, it} from 'vitest'

import {account} from '../../src/drift/account.ts'
import type {Ledger} from '../../src/model/ledger.ts'
import {hash} from '../support/state-diff-text.ts'
import {entry, failure, listed, output, reading, unapplied} from '../support/state-reading.ts'

const five = ['ingress', 'web', 'payments', 'batch', 'cache'].map(name => listed(name, 'a', 'b'))

function states({manifests}: Ledger): Record<string, string> {
  return Object.fromEntries(manifests.map(({name, state}) => [name, state]))
}

/** Every situation of the ledger: what was read, what each Manifest is, and the error of the run. */
describe('account', () => {
  it('takes printed and silent Manifests for checked when tazuna exited with 0', () => {
    const ledger = account(reading(five, output([entry('web', 'modified', 'a')])))
    expect(states(ledger)).toEqual({
      ingress: 'checked',
      web: 'checked',
      payments: 'checked',
      batch: 'checked',
      cache: 'checked',
    })
    expect(ledger).toMatchObject({complete: true, error: null, coverage: {expected: 5, unnamed: 0}})
  })

  it('takes nothing silent for checked when tazuna stopped, also before the one that failed', () => {
    const stopped = output(
      [entry('web', 'added', 'new')],
      failure({manifest: 'payments', line: 'failed to build manifest "payments": no chart'}),
    )
    const ledger = account(reading(five, stopped))
    expect(states(ledger)).toEqual({
      ingress: 'not-checked',
      web: 'checked',
      payments: 'error',
      batch: 'not-checked',
      cache: 'not-checked',
    })
    expect(ledger.manifests[2]!.error).toBe('failed to build manifest "payments": no chart')
    expect(ledger).toMatchObject({complete: false, error: {code: 'TAZUNA_FAILED'}})
  })

  it('is not complete when tazuna failed after printing every Manifest', () => {
    const all = five.map(({name}) => entry(name, 'modified', 'a'))
    expect(account(reading(five, output(all, failure())))).toMatchObject({
      complete: false,
      error: {code: 'TAZUNA_FAILED'},
    })
  })

  it('keeps a Manifest that an error names beyond the list out of it', () => {
    const ledger = account(reading(five, output([], failure({manifest: 'unknown'}))))
    expect(Object.keys(states(ledger))).toEqual(five.map(({name}) => name))
  })

  it('counts only what was printed when the list is not known', () => {
    const ledger = account(reading(null, output([entry('web', 'added', 'new')])))
    expect(states(ledger)).toEqual({web: 'checked'})
    expect(ledger).toMatchObject({complete: false, error: {code: 'COVERAGE_UNKNOWN'}, coverage: {expected: null}})
    expect(ledger.manifests[0]).toMatchObject({resources: null, lastAppliedAt: null, gitCommit: null})
  })

  it('says why the list is not known, and what to do', () => {
    const listFailure = {message: 'running tazuna state list: exit code 1: forbidden', hint: 'grant it'}
    const {error} = account({...reading(null, output([])), listFailure})
    expect(error).toMatchObject({
      code: 'COVERAGE_UNKNOWN',
      hint: 'grant it',
      message: expect.stringContaining('forbidden') as string,
    })
  })

  it('lists the Manifest that an error names when the list is not known', () => {
    const stopped = output([entry('web', 'added', 'new')], failure({manifest: 'payments'}))
    expect(states(account(reading(null, stopped)))).toEqual({web: 'checked', payments: 'error'})
  })

  it('says why tazuna failed before it says that the list is not known', () => {
    expect(account(reading(null, output([], failure()))).error?.code).toBe('TAZUNA_FAILED')
  })

  it('checks nothing where nothing is expected', () => {
    expect(account(reading([], output([])))).toMatchObject({complete: false, error: {code: 'NOTHING_CHECKED'}})
  })

  it('counts Manifests without a name and warns, and is complete all the same', () => {
    const ledger = account(reading(five, output([], {skipped: {named: [], unnamed: 2, unattributed: []}})))
    expect(ledger).toMatchObject({complete: true, coverage: {expected: 5, unnamed: 2}})
    expect(ledger.warnings.map(({code}) => code)).toEqual(['UNNAMED_MANIFEST'])
  })

  it('does not take a Manifest that was skipped by name for checked', () => {
    const ledger = account(reading(five, output([], {skipped: {named: ['batch'], unnamed: 0, unattributed: []}})))
    expect(states(ledger)['batch']).toBe('not-checked')
    expect(ledger).toMatchObject({complete: false, error: {code: 'MANIFEST_SKIPPED'}})
    expect(ledger.error?.message).toContain('"batch"')
  })

  it('takes no silence for checked when something was skipped and nobody knows what', () => {
    const skipped = {named: [], unnamed: 0, unattributed: ['level=WARN msg="skipping"']}
    const printed = account(reading(five, output([entry('web', 'added', 'x')], {skipped})))
    expect(states(printed)).toMatchObject({ingress: 'not-checked', web: 'checked', cache: 'not-checked'})
    const ledger = account(reading(five, output([], {skipped})))
    expect(ledger).toMatchObject({complete: false, error: {code: 'MANIFEST_SKIPPED'}})
    expect(ledger.warnings).toHaveLength(1)
  })

  it('drops the rows of two Manifests of one name in the list, and counts them once', () => {
    const ledger = account(
      reading([...five, listed('web', 'c')], output([entry('web', 'removed', 'c'), entry('cache', 'added', 'x')])),
    )
    expect(states(ledger)).toMatchObject({web: 'error', cache: 'checked'})
    expect(ledger.entries.map(({manifest}) => manifest)).toEqual(['cache'])
    expect(ledger).toMatchObject({complete: false, error: {code: 'DUPLICATE_MANIFEST'}, coverage: {expected: 5}})
  })

  it('drops the rows of two blocks of one name', () => {
    const block = {manifest: 'web', entries: [entry('web', 'added', 'x')]}
    const ledger = account(reading(five, {...output([]), blocks: [block, block]}))
    expect(ledger).toMatchObject({entries: [], complete: false, error: {code: 'DUPLICATE_MANIFEST'}})
  })

  it('joins the old hash of a modified row from the State', () => {
    const ledger = account(reading(five, output([entry('web', 'modified', 'a')])))
    expect(ledger.entries[0]).toMatchObject({
      oldHash: hash('old /v1/ConfigMap/web/a'),
      newHash: hash('new /v1/ConfigMap/web/a'),
    })
  })

  it('shows no old hash of a Manifest whose State moved, and warns', () => {
    const ledger = account(
      reading(five, output([entry('web', 'modified', 'a'), entry('cache', 'removed', 'b')]), ['web']),
    )
    expect(ledger.entries.map(({oldHash}) => oldHash)).toEqual([null, hash('old /v1/ConfigMap/cache/b')])
    expect(ledger.warnings.map(({code}) => code)).toEqual(['STATE_MOVED'])
    expect(ledger.complete).toBe(true)
  })

  it('orders entries by Manifest as listed, then by State key', () => {
    const rows = [entry('cache', 'added', 'z'), entry('web', 'removed', 'b'), entry('web', 'added', 'a')]
    expect(account(reading(five, output(rows))).entries.map(({stateKey}) => stateKey)).toEqual([
      'web//v1/ConfigMap/web/a',
      'web//v1/ConfigMap/web/b',
      'cache//v1/ConfigMap/cache/z',
    ])
  })

  it('knows how many resources a Manifest has in State, and that one has none', () => {
    const ledger = account(
      reading([listed('web', 'a', 'b'), unapplied('new'), listed('empty')], output([entry('new', 'added', 'x')])),
    )
    expect(ledger.manifests.map(({resources}) => resources)).toEqual([2, null, 0])
  })

  it('merges several outputs, each of a part of tazuna.yaml', () => {
    const parts = {
      ...reading(five, output([])),
      outputs: [output([entry('web', 'added', 'x')]), output([], failure({manifest: 'cache'}))],
    }
    expect(states(account(parts))).toMatchObject({web: 'checked', cache: 'error', batch: 'not-checked'})
  })
})

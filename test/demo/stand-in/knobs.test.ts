import {describe, expect, it} from 'vitest'

import {knobTable, readKnobs, toVariables, withoutFaults, type Knobs} from '../../../src/demo/stand-in/knobs.ts'

describe('the knobs', () => {
  it('are read from their variables, each by its kind', () => {
    const env = {
      TAZUNA_STAND_IN_STATE: '/state',
      TAZUNA_STAND_IN_DELAY_BEFORE: '250',
      TAZUNA_STAND_IN_IGNORE_TERM: '1',
      TAZUNA_STAND_IN_NOISE: '0',
      TAZUNA_STAND_IN_SKIP: 'web,api',
      TAZUNA_STAND_IN_STOP_AT: '',
      TAZUNA_BIN: 'tazuna',
    }
    expect(readKnobs(env)).toEqual({
      state: '/state',
      delayBefore: 250,
      ignoreTerm: true,
      noise: false,
      skip: ['web', 'api'],
    })
  })

  it('survive the way through the environment, every one of them', () => {
    const values = {text: 'x', integer: 7, flag: true, list: ['a', 'b']} as const
    const all = Object.fromEntries(
      Object.entries(knobTable).map(([name, knob]) => [name, 'of' in knob ? knob.of[1] : values[knob.kind]]),
    ) as Knobs
    const variables = toVariables(all)
    expect(Object.keys(variables).every(name => /^TAZUNA_STAND_IN_[A-Z_]+$/.test(name))).toBe(true)
    expect(readKnobs(variables)).toEqual(all)
  })

  it('that are not set leave no variable', () => {
    expect(toVariables({noise: false})).toEqual({})
  })

  it('fail on a name that is not in the table, and on a wrong value', () => {
    expect(() => readKnobs({TAZUNA_STAND_IN_STOPAT: 'web'})).toThrow('the stand-in has no knob TAZUNA_STAND_IN_STOPAT')
    expect(() => readKnobs({TAZUNA_STAND_IN_DELAY_BEFORE: '1s'})).toThrow(
      'TAZUNA_STAND_IN_DELAY_BEFORE is no number: 1s',
    )
    expect(() => readKnobs({TAZUNA_STAND_IN_ERA: 'old'})).toThrow('TAZUNA_STAND_IN_ERA is none of late, early: old')
  })

  it('of a call that does not misbehave keep State, dialect and records', () => {
    const kept: Knobs = {state: 's', dialect: 'documentation', calls: 'c', era: 'early'}
    expect(withoutFaults({...kept, stopAt: '^', exitCode: 3, noise: true, replayDiffStdout: 'f'})).toEqual(kept)
  })
})

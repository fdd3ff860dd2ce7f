import type {Family} from './exposition.ts'
import {gauges, type GaugeName, type LabelsOf} from './gauges.ts'

/** A family of one gauge of the table: a value for each set of labels. */
export function gauge<Name extends GaugeName>(
  name: Name,
  samples: readonly (readonly [labels: LabelsOf<Name>, value: number | boolean])[],
): Family {
  return {name, help: gauges[name].help, samples: samples.map(([labels, value]) => ({labels, value: Number(value)}))}
}

/** An RFC 3339 time in Unix seconds. */
export function toSeconds(time: string): number {
  return Date.parse(time) / 1000
}

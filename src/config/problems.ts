import type {z} from 'zod'

import {configJsonSchema, type JsonSchema} from './json-schema.ts'
import {distance} from './nearest.ts'
import {plainWords} from './plain-words.ts'
import type {Problem} from './rules.ts'
import {configSchema} from './schema.ts'

/** What the schema finds wrong with a config as written. */
export function schemaProblems(data: unknown): Problem[] {
  return toProblems(configSchema.safeParse(data, {error: plainWords}).error?.issues ?? [], data)
}

/** The schema's issues as problems; an unknown key becomes one at the key, with the nearest known one. */
function toProblems(issues: readonly z.core.$ZodIssue[], data: unknown): Problem[] {
  return issues.flatMap((issue): Problem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map(key => ({
        path: [...issue.path, key],
        message: unknownKey(data, issue.path, key),
        isUnknownKey: true,
      }))
    }
    if (issue.code === 'invalid_union' && issue.errors.length > 0) return unionProblems(issue, data)
    return [{path: issue.path, message: issue.message}]
  })
}

/** "one or a list": of the branches, the one that failed deepest is the one that was meant. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, data: unknown): Problem[] {
  const branches = issue.errors.map(errors => toProblems(errors, data))
  const meant = branches.toSorted((a, b) => depth(b) - depth(a))[0] ?? []
  return meant.map(problem => ({...problem, path: [...issue.path, ...problem.path]}))
}

function depth(problems: readonly Problem[]): number {
  return Math.max(0, ...problems.map(({path}) => path.length))
}

function unknownKey(data: unknown, path: readonly PropertyKey[], key: string): string {
  const known = knownKeys(data, path)
  const nearest = known.toSorted((a, b) => distance(a, key) - distance(b, key))[0]
  if (nearest !== undefined && distance(nearest, key) <= Math.max(2, key.length / 3)) {
    return `not a key; did you mean ${nearest}?`
  }
  return known.length === 0 ? 'not a key' : `not a key; known here: ${known.join(', ')}`
}

/** The keys that the schema knows at a path; of a union those of the branch that the `type` there says. */
function knownKeys(data: unknown, path: readonly PropertyKey[]): string[] {
  let schemas: JsonSchema[] = [configJsonSchema()]
  let value = data
  for (const key of path) {
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
    schemas = schemas.flatMap(schema => {
      const next = typeof key === 'number' ? schema.items : schema.properties?.[String(key)]
      return next === undefined ? [] : [next, ...(next.anyOf ?? []), ...branchesOf(next, value)]
    })
  }
  return [...new Set(schemas.flatMap(schema => Object.keys(schema.properties ?? {})))]
}

function branchesOf({oneOf = []}: JsonSchema, value: unknown): readonly JsonSchema[] {
  const type = (value as {type?: unknown} | null | undefined)?.type
  const meant = oneOf.filter(({properties}) => properties?.['type']?.const === type)
  return meant.length > 0 ? meant : oneOf
}

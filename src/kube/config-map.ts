import {z} from 'zod'

const strings = z
  .record(z.string(), z.string())
  .nullish()
  .transform(value => value ?? {})

/**
 * A ConfigMap as the API gave it: all that we do not know is kept, so that an update changes what it means to, and
 * nothing else. `binaryData` is base64.
 * https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/config-map-v1/
 */
export const configMapSchema = z.looseObject({
  kind: z.literal('ConfigMap'),
  metadata: z.looseObject({
    name: z.string().min(1),
    namespace: z.string().min(1),
    uid: z.string().min(1),
    /** Opaque; an update of another version than the present one is a conflict. */
    resourceVersion: z.string().min(1),
    labels: strings,
    annotations: strings,
  }),
  data: strings,
  binaryData: strings,
})
export type ConfigMap = z.output<typeof configMapSchema>

/** The ConfigMap in an answer, or null. */
export function parseConfigMap(text: string): ConfigMap | null {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return null
  }
  const result = configMapSchema.safeParse(json, {jitless: true})
  return result.success ? result.data : null
}

/** The body of an update. `managedFields` are left out: the server keeps those it has, and they are long. */
export function renderConfigMap(configMap: ConfigMap): string {
  const {managedFields: _, ...metadata} = configMap.metadata
  return JSON.stringify({...configMap, apiVersion: 'v1', metadata})
}

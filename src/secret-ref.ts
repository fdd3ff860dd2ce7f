import {z} from 'zod'

const form = 'write {env: NAME} or {file: PATH}: a secret never stands in the config'

/** Where a secret is read from, at each run. The config never holds the secret itself. */
export const secretRef = z
  .strictObject(
    {
      env: z
        .string()
        .regex(/^[A-Za-z_]\w*$/, {error: 'write the name of a variable, such as SLACK_WEBHOOK_URL, without $'})
        .describe('name of an environment variable')
        .optional(),
      file: z.string().min(1).describe('path of a file').optional(),
    },
    {error: form},
  )
  .refine(({env, file}) => (env === undefined) !== (file === undefined), {error: form})
  .meta({title: 'secret', minProperties: 1, maxProperties: 1})
export type SecretRef = z.output<typeof secretRef>

/** Whether a value of a valid config is one. */
export function isSecretRef(value: object): value is SecretRef {
  const keys = Object.keys(value)
  return keys.length === 1 && (keys[0] === 'env' || keys[0] === 'file')
}

import {z} from 'zod'

const form = 'write {env: NAME} or {file: PATH}: a secret never stands in the config'

/** Where a secret is read from, at each run. The config never holds the secret itself. */
export const secretRef = z
  .strictObject({env: z.string().min(1).optional(), file: z.string().min(1).optional()}, {error: form})
  .refine(({env, file}) => (env === undefined) !== (file === undefined), {error: form})
export type SecretRef = z.output<typeof secretRef>

import { z } from 'zod'
import { RequestFault } from './faults.js'
import { longestPassword } from './passwords.js'

const token = z.string().min(1).max(8192)

/** `POST /user/login`. */
export const loginBody = z.strictObject({
  username: z.string().min(1).max(256),
  password: z
    .string()
    .min(1)
    .refine((text) => Buffer.byteLength(text) <= longestPassword, 'must be at most 1024 bytes'),
})

/** `POST /user/refresh`. */
export const refreshBody = z.strictObject({ refreshToken: token })

/** `POST /user/logout`: the refresh token is for when the access token has expired. */
export const logoutBody = z.strictObject({ refreshToken: token.optional() }).default({})

/** `PUT /user/profile`. */
export const profileBody = z
  .strictObject({
    displayName: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must hold no control characters')
      .optional(),
    email: z.union([z.literal(''), z.email()]).optional(),
  })
  .refine((fields) => Object.keys(fields).length > 0, 'names nothing to change')

/**
 * Reads a body by its schema.
 *
 * @throws RequestFault BODY_INVALID naming each field that is wrong and what it should be, never its value
 */
export function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body ?? undefined)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the body'}: ${describe(issue)}`,
  )
  throw new RequestFault('BODY_INVALID', faults.join('; '))
}

/** zod's own text, but for unknown fields: their names come from the caller and are not echoed. */
function describe(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys'
    ? 'has fields that this operation does not know'
    : issue.message
}

import { z } from 'zod'
import { claimFault } from './claim-names.js'

/** The kinds of values that an attribute may have. */
const attributeTypes = ['text', 'number', 'boolean', 'list'] as const

/** One of these kinds. */
export type AttributeType = (typeof attributeTypes)[number]

/** An attribute that users may have. */
export interface UserAttribute {
  /** `list` is one of texts. */
  readonly type: AttributeType
  /** The claim of access tokens that has the value; undefined: no token has it. */
  readonly claim?: string | undefined
  /** The clients whose tokens have the claim, by id, or `all`. Default: the first-party API alone. */
  readonly clients?: readonly string[] | 'all' | undefined
}

/** Attributes by their names. */
export type UserAttributes = Readonly<Record<string, UserAttribute>>

/** More would not fit into a token. */
const mostAttributes = 32

const nameShape = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

const attribute = z.strictObject({
  type: z.enum(attributeTypes, `must be ${attributeTypes.join(', ')}`),
  claim: z
    .string()
    .superRefine((claim, context) => {
      const message = claimFault(claim)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })
    .optional(),
  clients: z
    .union([z.literal('all'), z.array(z.string().min(1).max(128)).min(1)], {
      error: 'must be "all", or a list of ids of clients',
    })
    .optional(),
})

/** The field `userAttributes` of the configuration file. */
export const userAttributeFields = z
  .record(z.string().regex(nameShape), attribute, {
    error: ({ code }) =>
      code === 'invalid_key'
        ? 'must begin with a letter, with letters, digits, "_" or "-" after it'
        : undefined,
  })
  .superRefine((attributes, context) => {
    const add = (message: string) => {
      context.addIssue({ code: 'custom', message })
    }
    const names = Object.keys(attributes)
    if (names.length > mostAttributes) add(`must be at most ${String(mostAttributes)}`)
    const claims = Object.values(attributes).flatMap(({ claim }) => claim ?? [])
    if (new Set(claims).size < claims.length) add('two attributes have the same claim')
    for (const [name, { claim, clients }] of Object.entries(attributes))
      if (claim === undefined && clients !== undefined)
        add(`${name}.clients: is given without a claim`)
  })

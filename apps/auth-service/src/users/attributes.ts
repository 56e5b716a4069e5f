import { firstPartyId } from '../configuration/first-party-id.js'
import type { UserAttribute, UserAttributes } from '../configuration/user-attributes.js'
import { writeAttributes } from './attribute-text.js'
import { plainText } from './names.js'
import type { Attributes, AttributeValue, User } from './users.js'

/** Bytes of all attributes of a user as JSON: with them a token still fits a cookie. */
const largestAttributes = 1024

/** Attributes with a change, or the faults of the change; each is the name of a field and what is wrong with it. */
export type ChangedAttributes =
  | { readonly kind: 'changed'; readonly attributes: Attributes }
  | { readonly kind: 'refused'; readonly faults: readonly string[] }

/**
 * Applies a change to the attributes of a user: null takes one away, and those that it does not name stay.
 *
 * @param defined those of the configuration; a user may have others from before, which may be taken away
 * @example changeAttributes(defined, user.attributes, { department: 'sales', level: null })
 */
export function changeAttributes(
  defined: UserAttributes,
  before: Attributes = {},
  change: Readonly<Record<string, unknown>>,
): ChangedAttributes {
  const faults = Object.entries(change).flatMap(([name, value]) => {
    const fault = value === null ? undefined : valueFault(attributeOf(defined, name), value)
    return fault === undefined ? [] : [`attributes.${name}: ${fault}`]
  })
  if (faults.length > 0) return { kind: 'refused', faults }
  const kept = Object.entries({ ...before, ...change }).filter(([, value]) => value !== null)
  const attributes = Object.fromEntries(kept) as Attributes // checked above
  return Buffer.byteLength(writeAttributes(attributes)) > largestAttributes
    ? {
        kind: 'refused',
        faults: [`attributes: must be at most ${String(largestAttributes)} bytes`],
      }
    : { kind: 'changed', attributes }
}

/**
 * The claims of a user's tokens at a client. What is no longer defined, or is of another type than it is defined, is left
 * out.
 *
 * @example attributeClaims(defined, user.attributes, 'first-party') // { department: 'sales' }
 */
export function attributeClaims(
  defined: UserAttributes,
  { attributes = {} }: Pick<User, 'attributes'>,
  client: string,
): Attributes {
  const claims = Object.entries(defined).flatMap(
    ([name, attribute]): [string, AttributeValue][] => {
      const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined
      const { claim } = attribute
      if (claim === undefined || value === undefined) return []
      return receives(attribute, client) && valueFault(attribute, value) === undefined
        ? [[claim, value]]
        : []
    },
  )
  return Object.fromEntries(claims)
}

function receives({ clients = [firstPartyId] }: UserAttribute, client: string): boolean {
  return clients === 'all' || clients.includes(client)
}

function attributeOf(defined: UserAttributes, name: string): UserAttribute | undefined {
  return Object.hasOwn(defined, name) ? defined[name] : undefined
}

/** The problem with a value, as the rest of a sentence; undefined when there is none. */
function valueFault(attribute: UserAttribute | undefined, value: unknown): string | undefined {
  if (attribute === undefined) return 'is no attribute of the configuration'
  return checks[attribute.type](value) ? undefined : words[attribute.type]
}

const mostItems = 32
const longestText = 256

const isText = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= longestText && plainText.test(value)

const checks: Readonly<Record<UserAttribute['type'], (value: unknown) => boolean>> = {
  text: isText,
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  list: (value) => Array.isArray(value) && value.length <= mostItems && value.every(isText),
}

const textWords = `at most ${String(longestText)} characters without control characters`

const words = {
  text: `must be text of ${textWords}`,
  number: 'must be a number',
  boolean: 'must be true or false',
  list: `must be a list of at most ${String(mostItems)} texts, each of ${textWords}`,
} as const

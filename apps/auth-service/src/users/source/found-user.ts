import { AuthError } from 'jotgate'
import { isStorableName } from 'jotgate/extend'
import { z } from 'zod'
import { plainText } from '../names.js'

const text = z.string().regex(plainText)

/** What each source must answer about a user: ids are subjects of tokens, and roles are claims in them. */
export const foundShape = {
  id: z.string().refine(isSubject),
  username: text.min(1).max(256),
  roles: z.array(text.min(1).max(64)).max(32),
  displayName: text.max(200),
  email: text.max(320),
} as const

/** As long as the paths of administrators take. */
const longestId = 64

/**
 * Whether an id may be the subject of tokens: text that every store can keep, and neither the demo's user nor a client, whose
 * ids begin in a way of their own.
 */
function isSubject(id: string): boolean {
  return isStorableName(id) && id.length <= longestId && !/^(?:demo:|client-)/.test(id)
}

/**
 * For an answer of a source that cannot be used: the caller gets 503, the log the reason.
 *
 * @param where the source, for the log
 * @param problem a sentence without values
 */
export function unusable(where: string, problem: string): AuthError {
  return new AuthError('STORE_UNAVAILABLE', {}, { cause: new Error(`${where}: ${problem}`) })
}

/** What is wrong with an answer: names of fields, never values. */
export function faultsOf(error: z.ZodError): string {
  const names = error.issues.map(({ path }) => path.join('.') || 'the answer')
  return `is no user, by ${[...new Set(names)].join(', ')}`
}

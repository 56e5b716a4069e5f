import { AuthError } from '../foundation/errors.js'
import { isBytes } from '../foundation/realms.js'
import { isJsonType } from '../foundation/json-type.js'
import type { Call } from '../gate/call.js'
import { parseStrictObject } from '../token/json/json.js'

/** A body as the adapter has it: bytes that nothing has parsed, or what a parser of the framework has made of them. */
export type RouteBody = { readonly bytes: Uint8Array } | { readonly parsed: unknown }

/** The members of a JSON body, deeply frozen. */
export type BodyMembers = Readonly<Record<string, unknown>>

/** The longest body of these routes, in bytes. */
export const mostBodyBytes = 16_384
const maxDepth = 16

/**
 * Reads a body as one JSON object; undefined when there is none. A body that two readers can read in two ways is
 * refused: a member twice, a member named `__proto__`, bytes that are no UTF-8. Of what a parser of the framework has
 * read, the members that came twice can no longer be seen.
 *
 * @throws AuthError REQUEST_REFUSED, BODY_TYPE_REFUSED, BODY_TOO_LARGE
 * @example readBody(call, { bytes: Buffer.from('{"username":"a"}') })?.username // 'a'
 */
export function readBody(call: Pick<Call, 'header'>, body: RouteBody): BodyMembers | undefined {
  const bytes = bytesOf(body)
  if (bytes.length === 0) return undefined
  if (bytes.length > mostBodyBytes) throw new AuthError('BODY_TOO_LARGE')
  const [[type = ''], encodings] = [call.header('content-type'), call.header('content-encoding')]
  // Express 4 makes an empty object of no body.
  if ('parsed' in body && type === '' && bytes.toString() === '{}') return undefined
  const isPlain = 'parsed' in body || encodings.every((each) => /^identity$/i.test(each))
  if (!isJsonType(type) || !isPlain) throw new AuthError('BODY_TYPE_REFUSED')
  const read = parseStrictObject(bytes, { maxDepth, rounded: true })
  if (!read.ok) throw new AuthError('REQUEST_REFUSED')
  return read.object
}

function bytesOf(body: RouteBody): Buffer {
  const given = 'bytes' in body ? body.bytes : body.parsed
  if (isBytes(given)) return Buffer.from(given.buffer, given.byteOffset, given.byteLength)
  if (typeof given === 'string') return Buffer.from(given)
  if (given === undefined || given === null) return Buffer.alloc(0)
  try {
    return Buffer.from(JSON.stringify(given))
  } catch (cause) {
    throw new AuthError('REQUEST_REFUSED', {}, { cause })
  }
}

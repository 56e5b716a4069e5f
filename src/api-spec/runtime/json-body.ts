import { isJsonType } from '../../foundation/json-type.js'
import { parseStrictObject } from '../../token/json/json.js'
import type { JsonProblem } from '../../token/json/strict-object.js'
import { HttpError, problemOf } from './http-error.js'
import { RequestError } from './schema/schema.js'

/** What the header fields of a request say about its body; undefined for a field that is missing. */
export interface BodyFields {
  readonly type: string | undefined
  readonly encoding: string | undefined
}

/** How a route reads numbers. */
export interface NumberRules {
  /** Integers beyond 2^53 are read exactly, as a `bigint`. Default: they are rounded, as by `JSON.parse`. */
  readonly exact?: true
}

/** How deep a body may nest. */
const maxDepth = 64

/**
 * The value of a JSON body, deeply frozen; undefined for an empty body, whatever the fields say. Proxies and programs on
 * the way must not read another request than this one, so a body is refused that two readers can read in two ways: with a
 * member twice, a member named `__proto__`, in another encoding than UTF-8 (RFC 8259 section 8.1), or compressed. What the
 * value may be is for the schema of the route.
 *
 * @throws RequestError for such a body and for one that is not JSON; HttpError 415 for another content type, charset or
 * content encoding
 * @example readJsonBody(Buffer.from('{"a":1,"a":2}'), { type: 'application/json', encoding: undefined }) // throws
 */
export function readJsonBody(
  bytes: Buffer,
  { type = '', encoding }: BodyFields,
  { exact }: NumberRules = {},
): unknown {
  if (bytes.length === 0) return undefined
  if (!isJsonType(type) || (encoding !== undefined && !/^identity$/i.test(encoding)))
    throw new HttpError(415, problemOf(415, 'invalid_request'))
  const read = parseStrictObject(bytes, { maxDepth, rounded: true, bigints: exact === true })
  if (read.ok) return read.object
  if (read.problem === 'not an object') return JSON.parse(bytes.toString('utf8'))
  throw new RequestError([{ path: '', message: messages[read.problem] }])
}

/** Never with a part of the body. */
const messages: Readonly<Record<Exclude<JsonProblem, 'not an object'>, string>> = {
  utf8: 'must be UTF-8',
  syntax: 'must be JSON',
  depth: `must not nest deeper than ${String(maxDepth)} levels`,
  duplicate: 'must not have a member twice',
  prototype: 'must not have a member named __proto__',
  number: 'must not have a number that is not finite',
}

import { AuthError, ConfigError } from '../foundation/errors.js'
import { type Call } from './call.js'

/**
 * Finds the token of a call: undefined when there is none.
 *
 * @throws AuthError TOKEN_AMBIGUOUS for more than one, TOKEN_SCHEME for an Authorization header of another form
 */
export type Extractor = (call: Call) => string | undefined

/** Field names (RFC 9110 section 5.6.2), which cookie names are too (RFC 6265 section 4.1.1). */
const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const bearerValue = /^bearer +([\x21-\x7e]+)$/i
/** A list of credentials in one field is how some proxies join two fields. */
const bearerInList = /(?:^|,)[ \t]*bearer[ \t]/i

/**
 * `Authorization: Bearer <token>` (RFC 6750 section 2.1): the scheme in any case, spaces, one token, nothing after it.
 *
 * A second field, a comma-joined list, or an `access_token` in the query beside the header is TOKEN_AMBIGUOUS
 * (RFC 6750 section 2: not more than one method); a query token alone is not read at all.
 */
function bearer(): Extractor {
  return (call) => {
    const value = single(call.header('authorization'))
    if (value === undefined) return undefined
    const token = bearerToken(value)
    if (token === undefined) throw new AuthError('TOKEN_SCHEME')
    if (queryValues(call, 'access_token').length > 0) throw new AuthError('TOKEN_AMBIGUOUS')
    return token
  }
}

/**
 * The `Authorization` header with or without `Bearer` and one blank before the token, as go-zero takes it: what follows
 * is the token, blanks and all.
 *
 * Not for: new services. RFC 6750 asks for the scheme.
 */
function bare(): Extractor {
  return (call) => {
    const value = single(call.header('authorization'))
    if (value === undefined || value === '') return undefined
    if (value.includes(',')) throw new AuthError('TOKEN_AMBIGUOUS')
    return /^bearer /i.test(value) ? value.slice(7) : value
  }
}

/** The whole value of a header field of your own: `token: <token>`. */
function header(name: string): Extractor {
  const field = checkName('from.header', name).toLowerCase()
  return (call) => {
    const value = single(call.header(field))
    if (value === undefined || value === '') return undefined
    if (value.includes(',')) throw new AuthError('TOKEN_AMBIGUOUS')
    keepPrivate(call)
    return value
  }
}

/**
 * A cookie. An empty one is none; two of one name are TOKEN_AMBIGUOUS, because a neighbouring host can plant the other.
 *
 * Browsers send cookies by themselves, for pages of others too: take `createCookieMode`'s, which lets only own pages by.
 */
function cookie(name: string): Extractor {
  const wanted = checkName('from.cookie', name)
  return (call) => {
    const value = readCookie(call.header('cookie'), wanted)
    if (value === undefined) return undefined
    keepPrivate(call)
    return value
  }
}

/**
 * A query parameter.
 *
 * Not for: anything that can send a header. Addresses end up in logs, histories and `Referer`
 * (RFC 9700 section 4.3.2).
 */
function query(name: string): Extractor {
  const wanted = checkName('from.query', name)
  return (call) => {
    const value = single(queryValues(call, wanted))
    if (value === undefined || value === '') return undefined
    keepPrivate(call)
    return value
  }
}

/** Several places, of which a call may use one: two tokens in two places are TOKEN_AMBIGUOUS (RFC 6750 section 2). */
function first(...extractors: readonly Extractor[]): Extractor {
  if (extractors.length === 0) throw new ConfigError('from.first', 'takes at least one extractor')
  return (call) =>
    single(extractors.map((extract) => extract(call)).filter((token) => token !== undefined))
}

/**
 * Where tokens are looked for. Each looks at every value sent, and more than one token is TOKEN_AMBIGUOUS (400).
 *
 * @throws ConfigError for names that no header, cookie or parameter can have
 * @example createGate({ verify, extract: from.first(from.bearer(), from.cookie('__Host-token')) })
 */
export const from = Object.freeze({ bearer, bare, header, cookie, query, first })

/**
 * The value of one cookie in all `Cookie` fields of a call; undefined when there is none, or an empty one.
 *
 * @throws AuthError TOKEN_AMBIGUOUS for more than one
 * @example readCookie(call.header('cookie'), '__Host-refresh')
 */
export function readCookie(fields: readonly string[], name: string): string | undefined {
  const value = single(
    fields
      .flatMap((field) => field.split(';'))
      .map((pair) => cookieValue(pair, name))
      .filter((found) => found !== undefined),
  )
  return value === '' ? undefined : value
}

function bearerToken(value: string): string | undefined {
  if (value.includes(',') && bearerInList.test(value)) throw new AuthError('TOKEN_AMBIGUOUS')
  return bearerValue.exec(value)?.[1]
}

function single(values: readonly string[]): string | undefined {
  if (values.length > 1) throw new AuthError('TOKEN_AMBIGUOUS')
  return values[0]
}

function queryValues(call: Call, name: string): readonly string[] {
  if (call.query === undefined || call.query === '') return []
  return new URLSearchParams(call.query).getAll(name)
}

/** Blanks and tabs round a name are nothing; any other space is part of it, and makes another name. */
function cookieValue(pair: string, wanted: string): string | undefined {
  const equals = pair.indexOf('=')
  if (equals < 0 || withoutBlanks(pair.slice(0, equals)) !== wanted) return undefined
  const value = withoutBlanks(pair.slice(equals + 1))
  return value.startsWith('"') && value.endsWith('"') && value.length > 1
    ? value.slice(1, -1)
    : value
}

function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length]
  while (start < end && isBlank(text[start])) start++
  while (end > start && isBlank(text[end - 1])) end--
  return text.slice(start, end)
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}

/** Shared caches know that `Authorization` makes an answer personal; of other places they can not (RFC 6750 section 2.3). */
function keepPrivate(call: Call): void {
  call.setHeader('Cache-Control', 'private')
}

function checkName(place: string, name: unknown): string {
  if (typeof name !== 'string' || !fieldName.test(name)) {
    throw new ConfigError(place, "takes a name of letters, digits and !#$%&'*+-.^_`|~")
  }
  return name
}

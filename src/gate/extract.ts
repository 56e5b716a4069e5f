import { AuthError, ConfigError } from '../foundation/errors.js'
import { type Call } from './call.js'

/** Finds a call's token in one place or several. A plain function will do; the members improve refusals. */
export interface Extractor {
  /**
   * Returns undefined when there is no token.
   *
   * @throws AuthError TOKEN_AMBIGUOUS for more than one, TOKEN_SCHEME for another form of Authorization header
   */
  (call: Call): string | undefined
  /** Where it looks, for the text of a refusal after "sent": `in the cookie "token"`. Callers see it. */
  readonly place?: string | undefined
  /**
   * Whether its place has a credential for someone else, such as `Authorization: Basic …` of a proxy. It is no token:
   * {@link from}`.first` and `.one` go on to their next place.
   */
  readonly isForeign?: (call: Call) => boolean
}

/** Field names (RFC 9110 section 5.6.2); cookie names have the same form (RFC 6265 section 4.1.1). */
const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const bearerValue = /^bearer +([\x21-\x7e]+)$/i
/** Some proxies join two fields into one comma-separated list. */
const bearerInList = /(?:^|,)[ \t]*bearer[ \t]/i
/** Another scheme and its credentials (RFC 9110 section 11.4); a token without a scheme, and a broken Bearer, are neither. */
const foreignValue = /^(?!bearer )[!#$%&'*+.^_`|~0-9A-Za-z-]+ +[^ ]/i

/**
 * `Authorization: Bearer <token>` (RFC 6750 section 2.1): the scheme in any case, spaces, one token and nothing more.
 *
 * A second field, a comma-joined list, or an `access_token` in the query beside the header is TOKEN_AMBIGUOUS
 * (RFC 6750 section 2: not more than one method). A query token alone is ignored. Another scheme is TOKEN_SCHEME here,
 * and passed over by `first` and `one`; a broken Bearer is TOKEN_SCHEME in both.
 */
function bearer(): Extractor {
  const extract = (call: Call) => {
    const value = single(call.header('authorization'))
    if (value === undefined) return undefined
    const token = bearerToken(value)
    if (token === undefined) throw new AuthError('TOKEN_SCHEME')
    if (queryValues(call, 'access_token').length > 0) throw new AuthError('TOKEN_AMBIGUOUS')
    return token
  }
  return Object.assign(extract, { place: bearerPlace, isForeign: hasForeignScheme })
}

/**
 * The `Authorization` header with or without `Bearer` and one space before the token, as go-zero accepts it: the rest
 * is the token, spaces included.
 *
 * Not for: new services. RFC 6750 asks for the scheme.
 */
function bare(): Extractor {
  const extract = (call: Call) => {
    const value = single(call.header('authorization'))
    if (value === undefined || value === '') return undefined
    if (value.includes(',')) throw new AuthError('TOKEN_AMBIGUOUS')
    return /^bearer /i.test(value) ? value.slice(7) : value
  }
  return Object.assign(extract, {
    place: 'in the header "Authorization"',
    isForeign: hasForeignScheme,
  })
}

/** The whole value of a custom header field: `token: <token>`. There are no schemes in it: any value is a token. */
function header(name: string): Extractor {
  const field = checkName('from.header', name).toLowerCase()
  const extract = (call: Call) => {
    const value = single(call.header(field))
    if (value === undefined || value === '') return undefined
    if (value.includes(',')) throw new AuthError('TOKEN_AMBIGUOUS')
    keepPrivate(call)
    return value
  }
  return Object.assign(extract, { place: `in the header "${name}"` })
}

/**
 * A cookie. An empty one counts as missing; two of one name are TOKEN_AMBIGUOUS, because a sibling host can plant one.
 *
 * Browsers also send cookies with requests from foreign pages: use `createCookieMode`, which admits only own pages.
 */
function cookie(name: string): Extractor {
  const wanted = checkName('from.cookie', name)
  const extract = (call: Call) => {
    const value = readCookie(call.header('cookie'), wanted)
    if (value === undefined) return undefined
    keepPrivate(call)
    return value
  }
  return Object.assign(extract, { place: `in the cookie "${name}"` })
}

/**
 * A query parameter.
 *
 * Not for: clients that can send a header. URLs end up in logs, histories and `Referer`
 * (RFC 9700 section 4.3.2).
 */
function query(name: string): Extractor {
  const wanted = checkName('from.query', name)
  const extract = (call: Call) => {
    const value = single(queryValues(call, wanted))
    if (value === undefined || value === '') return undefined
    keepPrivate(call)
    return value
  }
  return Object.assign(extract, { place: `in the query parameter "${name}"` })
}

/**
 * The first of several places that has a token; later ones are not looked at. The order is yours and a token that is
 * there decides, valid or not, so no caller can choose between two: put places first that another page or host cannot
 * fill, the header before the cookie. Credentials of another scheme are passed over.
 */
function first(...extractors: readonly Extractor[]): Extractor {
  checkPlaces('from.first', extractors)
  const extract = (call: Call) => {
    const own = ownPlaces(extractors, call)
    for (const place of own) {
      const token = place(call)
      if (token !== undefined) return token
    }
    if (own.length < extractors.length) throw new AuthError('TOKEN_SCHEME')
    return undefined
  }
  return Object.assign(extract, placesOf(extractors))
}

/**
 * Several places, of which a call may use one: tokens in two places are TOKEN_AMBIGUOUS (RFC 6750 section 2).
 * Credentials of another scheme are passed over.
 */
function one(...extractors: readonly Extractor[]): Extractor {
  checkPlaces('from.one', extractors)
  const extract = (call: Call) => {
    const own = ownPlaces(extractors, call)
    const token = single(own.map((place) => place(call)).filter((found) => found !== undefined))
    if (token === undefined && own.length < extractors.length) throw new AuthError('TOKEN_SCHEME')
    return token
  }
  return Object.assign(extract, placesOf(extractors))
}

function checkPlaces(option: string, extractors: readonly Extractor[]): void {
  if (extractors.length === 0) throw new ConfigError(option, 'takes at least one extractor')
}

function ownPlaces(extractors: readonly Extractor[], call: Call): readonly Extractor[] {
  return extractors.filter((extract) => extract.isForeign?.(call) !== true)
}

/** What several places say as one, so that they may be a place of others. */
function placesOf(extractors: readonly Extractor[]): Pick<Extractor, 'place' | 'isForeign'> {
  const places = extractors.flatMap(({ place }) => place ?? [])
  const isForeign = (call: Call) => {
    const own = ownPlaces(extractors, call)
    return own.length < extractors.length && own.every((place) => place(call) === undefined)
  }
  return { ...(places.length === 0 ? {} : { place: places.join(' or ') }), isForeign }
}

/**
 * Where the gate looks for a token. Each place looks at every value sent, and more than one token in it is
 * TOKEN_AMBIGUOUS (400).
 *
 * @throws ConfigError for a name that no header, cookie or parameter can have
 * @example createGate({ verify, extract: from.first(from.bearer(), from.cookie('__Host-token')) })
 */
export const from = Object.freeze({ bearer, bare, header, cookie, query, first, one })

/**
 * The value of one cookie in all `Cookie` fields of a call; undefined when it is missing or empty.
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

/** The place of {@link from}`.bearer`. */
export const bearerPlace = 'as "Authorization: Bearer"'

/** Whether the one Authorization field has another scheme, and no Bearer in it. */
export function hasForeignScheme(call: Call): boolean {
  const [value, second] = call.header('authorization')
  if (value === undefined || second !== undefined) return false
  return foreignValue.test(value) && !bearerInList.test(value)
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

/** Spaces and tabs around a name are ignored; any other whitespace is part of the name. */
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

/** Shared caches treat answers to `Authorization` as personal; a token elsewhere needs this (RFC 6750 section 2.3). */
function keepPrivate(call: Call): void {
  call.setHeader('Cache-Control', 'private')
}

function checkName(option: string, name: unknown): string {
  if (typeof name !== 'string' || !fieldName.test(name)) {
    throw new ConfigError(option, "takes a name made of letters, digits and !#$%&'*+-.^_`|~")
  }
  return name
}

import { isScopeToken, isText } from '../../foundation/names.js'
import { ApiSpecError } from '../generate/error.js'

/** One requirement: a scheme, and the scopes a token of it must carry. */
export interface Requirement {
  readonly scheme: string
  readonly scopes: readonly string[]
}

/** Requirements that hold together; of several alternatives one must hold. */
export type Alternative = readonly Requirement[]

/** What a document asks of an operation's callers. */
export interface Security {
  /** `open`: nothing. `optional`: nothing, but a token that is sent must be good. `guarded`: a good token. */
  readonly kind: 'open' | 'optional' | 'guarded'
  /** What a token must carry; one alternative is enough. Empty unless a token is asked for. */
  readonly alternatives: readonly Alternative[]
  /** The roles that a token must carry besides, all of them. Empty where none is asked for. */
  readonly roles: readonly string[]
  /** How old the login behind the token may be, in seconds; undefined: however old. */
  readonly recentLogin: number | undefined
}

/** The extension of an operation that lists its roles: OpenAPI has no word for them beside scopes. */
export const rolesExtension = 'x-required-roles'

/** The extension of an operation that says how old the login behind a token may be, in seconds. */
export const recentLoginExtension = 'x-recent-login'

/**
 * The extension that marks an `apiKey` in a cookie as the place of a token that other schemes take too. A document of another
 * program does not have it, so that its keys stay keys.
 */
export const tokenCookieExtension = 'x-jotgate-token-cookie'

/** What a document says about one operation, not yet read: its `security` list, and its list of roles. */
export interface Asked {
  readonly security: unknown
  readonly roles: unknown
  readonly recentLogin: unknown
}

/** An operation of the document and what it asks of its callers. */
export interface SecuredOperation extends Security {
  readonly method: string
  /** As in the document, below `basePath`: `/users/{id}`. */
  readonly path: string
}

/**
 * Reads a `security` list (OpenAPI 3.1 section 4.8.30): an OR of ANDs. An alternative with a scheme that no token can
 * satisfy, such as an API key, is left out. Beside it a list of roles, see {@link rolesExtension}.
 *
 * @throws ApiSpecError when no alternative is left, a scheme is not declared, a scope or a role cannot be one, or roles
 *   are asked of callers without a token: the operation could not be protected
 */
export function readSecurity(
  asked: Asked,
  schemes: ReadonlyMap<string, boolean>,
  where: string,
): Security {
  const security = readAlternatives(asked.security, schemes, where)
  const roles = readRoles(asked.roles, where)
  if (roles.length > 0 && security.kind !== 'guarded')
    throw new ApiSpecError(
      `${where}: ${rolesExtension} asks for a token, and its security does not`,
    )
  const recentLogin = readRecentLogin(asked.recentLogin, where)
  if (recentLogin !== undefined && security.kind !== 'guarded')
    throw new ApiSpecError(
      `${where}: ${recentLoginExtension} asks for a token, and its security does not`,
    )
  return { ...security, roles, recentLogin }
}

function readRecentLogin(value: unknown, where: string): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  throw new ApiSpecError(
    `${where}: ${recentLoginExtension} must be seconds, a whole number above 0`,
  )
}

function readRoles(value: unknown, where: string): readonly string[] {
  if (value === undefined) return []
  if (!Array.isArray(value) || value.length === 0 || !value.every(isText))
    throw new ApiSpecError(`${where}: ${rolesExtension} must be a list of at least one role`)
  return value
}

function readAlternatives(
  value: unknown,
  schemes: ReadonlyMap<string, boolean>,
  where: string,
): Omit<Security, 'roles' | 'recentLogin'> {
  if (value === undefined) return { kind: 'open', alternatives: [] }
  if (!Array.isArray(value)) throw new ApiSpecError(`${where}: security must be a list`)
  if (value.length === 0) return { kind: 'open', alternatives: [] }
  const all = value.map((entry: unknown) => readAlternative(entry, schemes, where))
  const possible = all.filter((alternative) =>
    alternative.every(({ scheme }) => schemes.get(scheme) === true),
  )
  if (possible.length === 0)
    throw new ApiSpecError(`${where}: no alternative of its security can be met by a token`)
  if (possible.some((alternative) => alternative.length === 0)) {
    return {
      kind: 'optional',
      alternatives: possible.filter((alternative) => alternative.length > 0),
    }
  }
  return { kind: 'guarded', alternatives: possible }
}

function readAlternative(
  entry: unknown,
  schemes: ReadonlyMap<string, boolean>,
  where: string,
): Alternative {
  if (!isObject(entry)) throw new ApiSpecError(`${where}: security must be a list of objects`)
  return Object.entries(entry).map(([scheme, scopes]) => {
    if (!schemes.has(scheme))
      throw new ApiSpecError(`${where}: the security scheme '${scheme}' is not declared`)
    if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === 'string')) {
      throw new ApiSpecError(`${where}: the scopes of '${scheme}' must be a list of texts`)
    }
    if (schemes.get(scheme) === true && !scopes.every(isScopeToken)) {
      throw new ApiSpecError(
        `${where}: a scope of '${scheme}' is none that a token can have (RFC 6749 section 3.3)`,
      )
    }
    return { scheme, scopes }
  })
}

/**
 * The declared schemes, and whether a token can satisfy each: `http` bearer, `oauth2`, `openIdConnect`, and a cookie that
 * {@link tokenCookieExtension} marks.
 */
export function readSchemes(value: unknown): ReadonlyMap<string, boolean> {
  if (value === undefined) return new Map()
  if (!isObject(value)) throw new ApiSpecError('components.securitySchemes must be an object')
  return new Map(
    Object.entries(value).map(([name, scheme]) => {
      if (!isObject(scheme))
        throw new ApiSpecError(`the security scheme '${name}' must be an object`)
      const { type } = scheme
      const bearer = type === 'http' && String(scheme['scheme']).toLowerCase() === 'bearer'
      const cookie =
        type === 'apiKey' && scheme['in'] === 'cookie' && scheme[tokenCookieExtension] === true
      return [name, bearer || cookie || type === 'oauth2' || type === 'openIdConnect']
    }),
  )
}

/** A plain object, as JSON has them. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

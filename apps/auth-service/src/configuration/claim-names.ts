/** Claims that the service sets itself, or that have a meaning of their own by a standard (RFC 7519 section 4.1). */
const taken: ReadonlySet<string> = new Set([
  // RFC 7519.
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'],
  // RFC 8693, RFC 9068, RFC 7643: what services decide by.
  ...['act', 'may_act', 'scope', 'client_id', 'roles', 'groups', 'entitlements', 'permissions'],
  // RFC 7662, RFC 7800, RFC 8417, RFC 9396, RFC 9449.
  ...['active', 'username', 'token_type', 'cnf', 'events', 'toe', 'txn', 'authorization_details'],
  ...['htm', 'htu', 'ath', 'token_introspection', 'vot', 'vtm', 'sub_id', 'status', 'trust_anchor'],
  // OpenID Connect Core 1.0, sections 2 and 5.1, and its logout.
  ...['auth_time', 'nonce', 'acr', 'amr', 'azp', 'at_hash', 'c_hash', 's_hash', 'sub_jwk', 'sid'],
  ...['name', 'given_name', 'family_name', 'middle_name', 'nickname', 'preferred_username'],
  ...['profile', 'picture', 'website', 'email', 'email_verified', 'gender', 'birthdate'],
  ...['zoneinfo', 'locale', 'phone_number', 'phone_number_verified', 'address', 'updated_at'],
  ...['_claim_names', '_claim_sources'],
  // Of the library, and of JavaScript.
  ...['jotgate_after', '__proto__', 'constructor', 'prototype'],
])

const shape = /^[A-Za-z][A-Za-z0-9_.:/-]{0,127}$/

/**
 * The problem with a claim for an attribute of users, as the rest of a sentence; undefined when there is none. A name that
 * is registered is refused, since others decide by what it means: take one of your own, such as `https://example/department`.
 *
 * @example claimFault('aud') // 'is a claim with a meaning of its own: …'
 */
export function claimFault(name: string): string | undefined {
  if (!shape.test(name))
    return 'must begin with a letter, with at most 127 letters, digits, "_", ".", ":", "/" or "-" after it'
  return taken.has(name.toLowerCase())
    ? 'is a claim with a meaning of its own: choose another name, such as a URL of yours'
    : undefined
}

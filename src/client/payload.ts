/** The claims that a client uses. Unverified: the token is its own, or the gate has verified it. */
export interface UnverifiedTimes {
  readonly iat?: number
  readonly exp?: number
  readonly aud: readonly string[]
}

/**
 * Reads the claims of a compact JWS without verifying it. Not for: access decisions.
 *
 * @throws SyntaxError or TypeError when it is not a JWS; the message contains nothing of it
 * @example unverifiedTimes(token).exp
 */
export function unverifiedTimes(token: string): UnverifiedTimes {
  const claims = parsePayload(token)
  const aud = Array.isArray(claims['aud']) ? claims['aud'] : [claims['aud']]
  return {
    ...time('iat', claims['iat']),
    ...time('exp', claims['exp']),
    aud: aud.filter((name) => typeof name === 'string'),
  }
}

function parsePayload(token: string): Record<string, unknown> {
  const [, payload = ''] = token.split('.')
  let parsed: unknown
  try {
    const binary = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0))
    parsed = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    // The parser's own message quotes the claims.
    throw new SyntaxError('the token has no readable claims')
  }
  if (typeof parsed !== 'object' || parsed === null)
    throw new TypeError('the claims are not an object')
  return parsed as Record<string, unknown> // an object, looked up by name
}

function time<N extends string>(name: N, value: unknown): { [K in N]?: number } {
  return (typeof value === 'number' && Number.isFinite(value) ? { [name]: value } : {}) as {
    [K in N]?: number // TypeScript widens a computed name to string
  }
}

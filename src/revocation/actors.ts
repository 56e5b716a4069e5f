/** More than any token exchange or impersonation makes: a chain that is longer is looked at no further. */
const mostActors = 8

/**
 * Those who act for the subject of a token, by its claim `act` (RFC 8693 section 4.1): the present one first. A cut-off of one of
 * them refuses the token too. Empty for nearly every token.
 *
 * @example actorsOf({ sub: 'user-1', act: { sub: 'admin-1' } }) // ['admin-1']
 */
export function actorsOf(claims: Readonly<Record<string, unknown>>): readonly unknown[] {
  const actors: unknown[] = []
  let act = claims['act']
  while (isRecord(act) && actors.length < mostActors) {
    actors.push(act['sub'])
    act = act['act']
  }
  return actors
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

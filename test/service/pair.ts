/** What a login or a refresh brings. */
export interface Pair {
  readonly accessToken: string
  readonly refreshToken: string
  readonly sid: string
}

/**
 * The pair in the body of an answer.
 *
 * @throws Error where it is none, without what stands there
 */
export function readPair(body: Readonly<Record<string, unknown>>): Pair {
  const { accessToken, refreshToken, sid } = body
  if (
    typeof accessToken !== 'string' ||
    typeof refreshToken !== 'string' ||
    typeof sid !== 'string'
  )
    throw new Error('the answer is no pair of tokens')
  return { accessToken, refreshToken, sid }
}

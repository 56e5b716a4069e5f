import { AuthError, fromContext, type VerifiedToken } from 'jotgate'

/**
 * The token of the request that is being answered.
 *
 * @throws AuthError ROUTE_UNGUARDED where no gate has verified one
 * @example refuseOldLogin(currentToken())
 */
export function currentToken(): VerifiedToken<unknown> {
  const context = fromContext()
  if (context === undefined) throw new AuthError('ROUTE_UNGUARDED')
  return context.token
}

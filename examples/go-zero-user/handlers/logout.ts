import { AuthError } from 'jotgate'
import { type GuardedHandler } from '../generated/server.js'

/** POST /user/logout: ends the session; its access tokens are refused from now on. */
export const logoutHandler: GuardedHandler<object, void> = async ({ claims, services }) => {
  const { sid, sub } = claims
  if (typeof sid !== 'string' || sub === undefined) throw new AuthError('CLAIM_MISSING')
  await services.sessions.end({ sid, subject: sub })
}

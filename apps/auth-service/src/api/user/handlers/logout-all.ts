import { type GuardedHandler } from '../generated/server.js'
import { ownSession } from '../../../sessions/own-session.js'

/** POST /user/logout-all */
export const logoutAllHandler: GuardedHandler<object, void> = async ({ claims, services }) => {
  await services.sessions.endAll(ownSession(claims).subject)
}

import { userOf } from '../../events/event.js'
import { placeOf } from '../../events/place.js'
import { ownSession } from '../../sessions/own-session.js'
import { type GuardedHandler } from './generated/service.js'

/**
 * POST /user/logout-all: ends all sessions of the caller.
 *
 * @throws AuthError STORE_UNAVAILABLE
 */
export const logoutAll: GuardedHandler<object, void> = async (call) => {
  const { subject, sid } = ownSession(call.claims)
  const ended = await call.services.sessions.endAll(subject, { urgent: false })
  await call.services.events.record({
    ...{ kind: 'user.logout-all', result: 'done', sid, details: { ended: ended.length } },
    ...{ actor: userOf(subject), from: placeOf(call) },
  })
}

import { type GuardedHandler } from '../generated/server.js'
import { type Sessions } from '../generated/types.js'
import { ownSession } from '../../../sessions/own-session.js'

/** GET /user/sessions */
export const listSessionsHandler: GuardedHandler<object, Sessions> = async (call) => {
  const own = ownSession(call.claims)
  const sessions = await call.services.sessions.list(own.subject)
  return {
    sessions: sessions.map(({ sid, client, meta, createdAt, lastUsedAt, expiresAt }) => ({
      id: sid,
      current: sid === own.sid,
      client,
      userAgent: meta['userAgent'] ?? '',
      createdAt,
      lastUsedAt,
      expiresAt,
    })),
  }
}

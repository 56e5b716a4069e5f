import { type AdminApi } from './generated/service.js'
import { inspectToken } from './inspection.js'
import { keysOf, revokeKey, rotateKeys } from './keys.js'
import { getRevocations, previewRevocation, revoke } from './revocations.js'
import { endOneSession, endUserSessions, searchSessions } from './sessions.js'
import { getTraffic } from './traffic.js'

/** The API of administrators: one function for each route of `admin.api`. */
export const handlers: AdminApi = {
  endUserSessions,
  searchSessions,
  endOneSession,
  getKeys: ({ services }) => keysOf(services.ring),
  rotateKeys,
  revokeKey,
  getRevocations,
  previewRevocation,
  revoke,
  getTraffic,
  inspect: ({ request, services }) => inspectToken(request.token.trim(), services),
}

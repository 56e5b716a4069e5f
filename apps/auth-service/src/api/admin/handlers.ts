import { recordFaults } from '../acting-admin.js'
import { type AdminApi } from './generated/service.js'
import { inspectToken } from './inspection.js'
import { keysOf, revokeKey, rotateKeys } from './keys.js'
import { getRevocations, previewRevocation, revoke } from './revocations.js'
import { endOneSession, endUserSessions, searchSessions } from './sessions.js'
import { getTraffic } from './traffic.js'

/** The API of administrators: one function for each route of `admin.api`. */
export const handlers: AdminApi = {
  endUserSessions: recordFaults('user.sessions-revoked', endUserSessions),
  searchSessions,
  endOneSession: recordFaults('session.revoked', endOneSession),
  getKeys: ({ services }) => keysOf(services.ring),
  rotateKeys: recordFaults('key.rotated', rotateKeys),
  revokeKey: recordFaults('key.revoked', revokeKey),
  getRevocations,
  previewRevocation,
  revoke: recordFaults('token.revoked', revoke),
  getTraffic,
  inspect: ({ request, services }) => inspectToken(request.token.trim(), services),
}

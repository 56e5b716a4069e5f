import { changeAccount, renameUser } from './change-account.js'
import { changeUser } from './change-user.js'
import { createUser } from './create-user.js'
import { deleteUser } from './delete-user.js'
import { type AdminApi } from './generated/service.js'
import { inspectToken } from './inspection.js'
import { keysOf, revokeKey, rotateKeys } from './keys.js'
import { listUsers } from './list-users.js'
import { listLocks, unlock } from './locks.js'
import { removeSecondFactor } from './remove-second-factor.js'
import { getRevocations, previewRevocation, revoke } from './revocations.js'
import { endOneSession, endUserSessions, searchSessions } from './sessions.js'
import { setPassword } from './set-password.js'
import { getTraffic } from './traffic.js'
import { attributesOf, findUser, toUser } from './users.js'

/** The API of administrators: one function for each route of `admin.api`. */
export const handlers: AdminApi = {
  listUsers,
  createUser,
  getUser: async ({ request, services }) => toUser(await findUser(services.users, request.id)),
  changeUser,
  setPassword,
  renameUser,
  changeAccount,
  deleteUser,
  listAttributes: ({ services }) => attributesOf(services.configuration),
  listLocks,
  unlock,
  removeSecondFactor,
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

import { findUser } from '../find-user.js'
import { changeAccount, renameUser } from './change-account.js'
import { changeUser } from './change-user.js'
import { createUser } from './create-user.js'
import { deleteUser } from './delete-user.js'
import { type AccountsApi } from './generated/service.js'
import { listUsers } from './list-users.js'
import { listLocks, unlock } from './locks.js'
import { removeSecondFactor } from './remove-second-factor.js'
import { setPassword } from './set-password.js'
import { attributesOf, toUser } from './users.js'

/** The API of accounts, for administrators: one function for each route of `accounts.api`. */
export const handlers: AccountsApi = {
  listUsers,
  createUser,
  getUser: async ({ request, services }) => toUser(await findUser(services.users, request.id)),
  changeUser,
  setPassword,
  removeSecondFactor,
  renameUser,
  changeAccount,
  deleteUser,
  listAttributes: ({ services }) => attributesOf(services.configuration),
  listLocks,
  unlock,
}

import { recordFaults } from '../acting-admin.js'
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
  createUser: recordFaults('user.created', createUser),
  getUser: async ({ request, services }) => toUser(await findUser(services.users, request.id)),
  changeUser: recordFaults('user.changed', changeUser),
  setPassword: recordFaults('user.password-changed', setPassword),
  removeSecondFactor: recordFaults('user.second-factor-removed', removeSecondFactor),
  renameUser: recordFaults('user.renamed', renameUser),
  changeAccount: recordFaults('user.account-changed', changeAccount),
  deleteUser: recordFaults('user.deleted', deleteUser),
  listAttributes: ({ services }) => attributesOf(services.configuration),
  listLocks,
  unlock: recordFaults('user.unlocked', unlock),
}

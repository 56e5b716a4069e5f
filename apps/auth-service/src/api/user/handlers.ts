import { firstParty } from '../../oauth/first-party.js'
import { ownSession } from '../../sessions/own-session.js'
import { changePassword } from './change-password.js'
import { confirm } from './confirm.js'
import { type UserApi } from './generated/service.js'
import { login } from './login.js'
import { logout } from './logout.js'
import { currentUser, toProfile } from './profile.js'
import { endSession, listSessions } from './sessions.js'
import { updateProfile } from './update-profile.js'

/** The first-party API: one function for each route of `user.api`. */
export const handlers: UserApi = {
  login,
  logout,
  refresh: ({ request, services }) =>
    services.sessions.refresh(request.refreshToken, { client: firstParty }),
  logoutAll: async ({ claims, services }) => {
    await services.sessions.endAll(ownSession(claims).subject, { urgent: false })
  },
  changePassword,
  confirm,
  getProfile: async (call) => toProfile(await currentUser(call)),
  updateProfile,
  listSessions,
  endSession,
}

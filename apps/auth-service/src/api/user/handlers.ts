import { placeOf, withPlace } from '../../events/place.js'
import { firstParty } from '../../oauth/first-party.js'
import { changePassword } from './change-password.js'
import { confirm } from './confirm.js'
import { type UserApi } from './generated/service.js'
import { login } from './login.js'
import { logoutAll } from './logout-all.js'
import { logout } from './logout.js'
import { currentUser, toProfile } from './profile.js'
import {
  beginSecondFactor,
  confirmSecondFactor,
  getSecondFactor,
  removeSecondFactor,
} from './second-factor.js'
import { endOtherSessions, endSession, listSessions } from './sessions.js'
import { updateProfile } from './update-profile.js'

/** The first-party API: one function for each route of `user.api`. */
export const handlers: UserApi = {
  login,
  logout,
  refresh: (call) => {
    const { request, services } = call
    return withPlace(placeOf(call), () =>
      services.sessions.refresh(request.refreshToken, { client: firstParty }),
    )
  },
  logoutAll,
  endOtherSessions,
  changePassword,
  confirm,
  getProfile: async (call) => toProfile(await currentUser(call), call.services),
  getSecondFactor,
  beginSecondFactor,
  confirmSecondFactor,
  removeSecondFactor,
  updateProfile,
  listSessions,
  endSession,
}

import { type GuardedHandler } from '../generated/server.js'
import { type Profile } from '../generated/types.js'
import { currentUser, toProfile } from '../profile.js'

/** GET /user/profile */
export const getProfileHandler: GuardedHandler<object, Profile> = async (call) =>
  toProfile(await currentUser(call))

import { AuthError } from 'jotgate'
import { RequestFault } from '../../foundation/faults.js'
import { profileFaults } from '../../users/profile-faults.js'
import { type GuardedHandler } from './generated/service.js'
import { type Profile, type ProfileChange } from './generated/types.js'
import { currentUser, toProfile } from './profile.js'
import { recordOwn } from './record.js'

/** PUT /user/profile */
export const updateProfile: GuardedHandler<ProfileChange, Profile> = async (call) => {
  const { request, services } = call
  checkChange(request)
  const { id, username, displayName, email } = await currentUser(call)
  const was: ProfileChange = { displayName, email }
  const changed = await services.users.changeProfile(id, request)
  if (!changed) throw new AuthError('SUBJECT_REFUSED')
  const names = ['displayName', 'email'] as const
  const fields = names.filter((name) => (request[name] ?? was[name]) !== was[name])
  if (fields.length === 0) return toProfile(changed, services)
  const details = { fields }
  await recordOwn(call, { id, username }, { kind: 'user.profile-changed', details })
  return toProfile(changed, services)
}

/** What an .api file cannot say. */
function checkChange(change: ProfileChange): void {
  const faults = [
    ...(Object.keys(change).length === 0 ? ['the body: names nothing to change'] : []),
    ...profileFaults(change),
  ]
  if (faults.length > 0) throw new RequestFault('BODY_INVALID', faults.join('; '))
}

import { AuthError } from 'jotgate'
import { type GuardedHandler } from '../generated/server.js'
import type * as types from '../generated/types.js'

/** PUT /user/profile */
export const updateProfileHandler: GuardedHandler<
  types.UpdateProfileReq,
  types.UpdateProfileResp
> = ({ claims, request, services }) => {
  if (claims.sub === undefined) throw new AuthError('CLAIM_MISSING')
  services.users.rename(claims.sub, request.name)
  return { id: claims.sub, name: request.name }
}

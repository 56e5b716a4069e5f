import type { RevokeRequest } from 'jotgate'
import { RequestFault } from '../../../foundation/faults.js'
import { plainText } from '../../../users/names.js'
import { actingAdmin, noteAction } from '../../acting-admin.js'
import { type GuardedHandler } from '../generated/server.js'
import { type NewRevocation } from '../generated/types.js'

/**
 * POST /admin/revocations. A cut-off (`sub`, `all`) is about everything issued up to now; an access token outlives its
 * entry by none of these, whatever its own `exp` says, since verifiers ask for `maxTokenAge`.
 *
 * @throws RequestFault BODY_INVALID; AuthError STORE_UNAVAILABLE
 */
export const revokeHandler: GuardedHandler<NewRevocation, void> = async (call) => {
  const admin = await actingAdmin(call)
  await call.services.revocation.revoke(toRequest(call.request))
  noteAction(call, { by: admin.username, action: `revoke ${call.request.kind}` })
}

function toRequest({ kind, value }: NewRevocation): RevokeRequest {
  const before = Math.floor(Date.now() / 1000)
  if (kind === 'all') {
    if (value !== undefined) throw new RequestFault('BODY_INVALID', 'value: must be absent for all')
    return { all: true, before }
  }
  if (value === undefined)
    throw new RequestFault('BODY_INVALID', 'value: must name what is revoked')
  if (!plainText.test(value))
    throw new RequestFault('BODY_INVALID', 'value: must hold no control characters')
  switch (kind) {
    case 'jti':
      return { jti: value }
    case 'sid':
      return { sid: value }
    case 'client':
      return { client: value }
    case 'sub':
      return { subject: value, before }
  }
}

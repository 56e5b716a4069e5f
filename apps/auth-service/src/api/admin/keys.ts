import type { KeyRing } from 'jotgate'
import type { RingKeyInfo } from 'jotgate/extend'
import { RequestFault } from '../../foundation/faults.js'
import { actingAdmin, recordAction } from '../acting-admin.js'
import { type GuardedHandler } from './generated/service.js'
import { type KeyReq, type Keys, type RingKey } from './generated/types.js'

/** The ring as it is shown; an empty one where tokens are signed with a shared secret. */
export function keysOf(ring: KeyRing | undefined): Keys {
  const now = Math.floor(Date.now() / 1000)
  if (ring === undefined) return { ring: false, now, keys: [] }
  const { problem } = ring.status()
  return {
    ring: true,
    now,
    ...(problem === undefined ? {} : { problem }),
    keys: ring.list().map(toRingKey),
  }
}

/** POST /admin/keys/rotate: asking again before it has happened changes nothing. */
export const rotateKeys: GuardedHandler<object, Keys> = async (call) => {
  const ring = requireRing(call.services.ring)
  const admin = await actingAdmin(call)
  await ring.rotate()
  await recordAction(call, admin, { kind: 'key.rotated' })
  return keysOf(ring)
}

/** DELETE /admin/keys/:kid */
export const revokeKey: GuardedHandler<KeyReq, Keys> = async (call) => {
  const ring = requireRing(call.services.ring)
  const admin = await actingAdmin(call)
  if (!(await ring.revoke(call.request.kid))) throw new RequestFault('KEY_NOT_FOUND')
  await recordAction(call, admin, { kind: 'key.revoked', details: { kid: call.request.kid } })
  return keysOf(ring)
}

/**
 * The ring there is.
 *
 * @throws RequestFault NO_KEY_RING
 */
function requireRing(ring: KeyRing | undefined): KeyRing {
  if (ring === undefined) throw new RequestFault('NO_KEY_RING')
  return ring
}

function toRingKey({ kid, alg, state, ...times }: RingKeyInfo): RingKey {
  const { createdAt, activeFrom, activeUntil, removedAt } = times
  return {
    ...{ kid, alg, state, createdAt: Math.floor(createdAt) },
    ...(activeFrom === null ? {} : { activeFrom: Math.floor(activeFrom) }),
    ...(activeUntil === null ? {} : { activeUntil: Math.floor(activeUntil) }),
    ...(removedAt === null ? {} : { removedAt: Math.floor(removedAt) }),
  }
}

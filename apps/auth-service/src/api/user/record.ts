import { userParty, type ServiceEvent } from '../../events/event.js'
import type { Events } from '../../events/events.js'
import { placeOf, type PlacedCall } from '../../events/place.js'
import { networkOf } from '../../foundation/network.js'
import type { User } from '../../users/users.js'
import type { Unproven } from './unproven.js'

/** The part of a call that a record of it uses. */
interface RecordingCall extends PlacedCall {
  readonly services: { readonly events: Pick<Events, 'record' | 'later' | 'refusedUnknown'> }
}

/** What a user did: an event without those parts that the call itself says. With a reason it was refused. */
type OwnAct = Omit<ServiceEvent, 'result' | 'actor' | 'from'>

/**
 * Records what a user has done, or was refused.
 *
 * @example await recordOwn(call, user, { kind: 'user.logout', sid })
 */
export async function recordOwn(
  call: RecordingCall,
  user: Pick<User, 'id' | 'username'>,
  act: OwnAct,
): Promise<void> {
  await call.services.events.record(eventOf(call, user, act))
}

function eventOf(call: PlacedCall, user: Pick<User, 'id' | 'username'>, act: OwnAct): ServiceEvent {
  const result = act.reason === undefined ? 'done' : 'refused'
  return { ...act, result, actor: userParty(user), from: placeOf(call) }
}

/** Why a password was not good enough, in the words of the record. */
const reasons = {
  wrong: 'password',
  'wrong code': 'second-factor',
  incomplete: 'SECOND_FACTOR_REQUIRED',
  locked: 'locked',
  disabled: 'disabled',
} as const

/**
 * Records that a password was refused; of an account that does not exist only that it was. The record is
 * made later: the time of it would tell that the account exists.
 */
export function recordRefusal(
  call: RecordingCall,
  login: Unproven,
  act: Omit<OwnAct, 'reason'>,
): void {
  const { account, kind } = login
  const { events } = call.services
  if (account === undefined) events.refusedUnknown(networkOf(call.address))
  else events.later(eventOf(call, account, { ...act, reason: reasons[kind] }))
}

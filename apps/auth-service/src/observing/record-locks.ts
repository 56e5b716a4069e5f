import { theService, userOf } from '../events/event.js'
import type { Events } from '../events/events.js'
import type { BegunLock } from '../limits/admission.js'

/**
 * Records that an account is locked, for its owner to be told by a webhook: once for each lock.
 *
 * @example createAdmission({ onLocked: recordLocks(events), … })
 */
export function recordLocks(events: Pick<Events, 'later'>): (lock: BegunLock) => void {
  return ({ user, name, address, until, wrong }) => {
    events.later({
      ...{ kind: 'user.locked', result: 'done', from: { address } },
      actor: theService,
      subject: { ...userOf(user), name: name.toLowerCase() },
      details: { until, wrongPasswords: wrong },
    })
  }
}

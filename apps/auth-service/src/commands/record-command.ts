import { userInfo } from 'node:os'
import type { Party, ServiceEvent } from '../events/event.js'
import type { Events } from '../events/events.js'

/** The person at the command line: the name of the operating system's account, where it has one. */
export function commandParty(): Party {
  const id = 'jotgate-service'
  try {
    return { kind: 'command', id, name: userInfo().username }
  } catch {
    return { kind: 'command', id } // the account is not in the system's list
  }
}

/**
 * Records what a command has done.
 *
 * @example await recordCommand(events, { kind: 'user.created', subject: userParty(user) })
 */
export async function recordCommand(
  events: Events,
  act: Omit<ServiceEvent, 'result' | 'actor' | 'from'>,
): Promise<void> {
  await events.record({ ...act, result: 'done', actor: commandParty() })
}

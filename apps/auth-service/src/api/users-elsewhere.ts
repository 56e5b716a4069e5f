import { RequestFault } from '../foundation/faults.js'

/** Operations of the first-party API that change what a source of users keeps. */
export const userChanges = ['changePassword', 'updateProfile'] as const

/** Operations of administrators that do. */
export const accountChanges = [
  ...(['createUser', 'changeUser', 'setPassword'] as const),
  ...(['renameUser', 'changeAccount', 'deleteUser'] as const),
] as const

/**
 * Handlers of which some answer USERS_ELSEWHERE: where users are kept elsewhere, they are changed there.
 *
 * @example refuseChanges(handlers, accountChanges)
 */
export function refuseChanges<Handlers extends object>(
  handlers: Handlers,
  changes: readonly (keyof Handlers)[],
): Handlers {
  const refuse = () => Promise.reject(new RequestFault('USERS_ELSEWHERE'))
  // A handler that only refuses fits in place of any other.
  const refused = Object.fromEntries(changes.map((name) => [name, refuse])) as Partial<Handlers>
  return { ...handlers, ...refused }
}

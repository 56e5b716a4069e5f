import { SetupFault } from '../foundation/setup-fault.js'
import { demoSubject } from '../users/demo-user.js'
import type { User, Users } from '../users/users.js'

/**
 * A stored user: the demo's user exists only in the process that runs it.
 *
 * @throws SetupFault when there is none
 */
export async function findUser(
  { users }: { readonly users: Pick<Users, 'byUsername'> },
  username: string,
): Promise<User> {
  const user = await users.byUsername(username)
  if (user === undefined || user.id === demoSubject) throw new SetupFault('there is no such user')
  return user
}

/** The fault of a change that another one has overtaken. */
export function changedMeanwhile(): SetupFault {
  return new SetupFault('the user was changed meanwhile; try again')
}

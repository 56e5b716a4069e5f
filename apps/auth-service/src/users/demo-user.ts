import { writeAttributes } from './attribute-text.js'
import { RequestFault } from '../foundation/faults.js'
import { SetupFault } from '../foundation/setup-fault.js'
import { applyChange, newUser, type User, type UserQuery, type Users } from './users.js'

/** Subject of the demo user; no stored user has such an id. */
export const demoSubject = 'demo:alice'

const demoName = 'alice'

/**
 * The users plus alice, who exists in this process only: she is gone after a restart with a configuration. A stored
 * user with her name is hidden meanwhile.
 *
 * @example const users = withDemoUser(await createSqlUsers(db), await passwords.hash(demo.password))
 */
export function withDemoUser(users: Users, passwordHash: string): Users {
  const alice: Alice = {
    user: {
      ...newUser({ username: demoName, passwordHash, roles: ['admin'] }),
      id: demoSubject,
      displayName: 'Alice',
      email: 'alice@example.com',
    },
    change: (fields) => {
      alice.user = { ...alice.user, ...fields }
      return Promise.resolve(alice.user)
    },
  }
  return {
    byId: async (id) => (id === demoSubject ? alice.user : users.byId(id)),
    byUsername: async (name) =>
      name.toLowerCase() === demoName ? alice.user : users.byUsername(name),
    anyWith: async (role) =>
      (!alice.user.disabled && alice.user.roles.includes(role)) || (await users.anyWith(role)),
    list: async (query) => {
      const stored = await users.list({ ...query, limit: query.limit + 1 })
      return withAlice(stored, { alice: alice.user, query })
    },
    create: (user) =>
      user.username === demoName ? Promise.reject(nameTaken()) : users.create(user),
    ...changesOf(alice, users),
    ...whatSheCannot(users),
  }
}

interface Alice {
  user: User
  readonly change: (fields: Partial<User>) => Promise<User>
}

function changesOf(
  alice: Alice,
  users: Users,
): Omit<Users, 'byId' | 'byUsername' | 'anyWith' | 'list' | 'create' | 'rename' | 'remove'> {
  const { change } = alice
  return {
    changeProfile: (id, fields) =>
      id === demoSubject
        ? change(applyChange(alice.user, fields))
        : users.changeProfile(id, fields),
    setDisabled: (id, disabled) =>
      id === demoSubject ? change({ disabled }) : users.setDisabled(id, disabled),
    replaceRoles: async (id, { from, to }) => {
      if (id !== demoSubject) return users.replaceRoles(id, { from, to })
      return alice.user.roles.join() === from.join() ? change({ roles: to }) : undefined
    },
    replaceHash: async (id, { from, to }) => {
      if (id !== demoSubject) return users.replaceHash(id, { from, to })
      if (alice.user.passwordHash !== from) return false
      await change({ passwordHash: to })
      return true
    },
    replaceAttributes: async (id, { from, to }) => {
      if (id !== demoSubject) return users.replaceAttributes(id, { from, to })
      const { attributes = {} } = alice.user
      const isSame = writeAttributes(attributes) === writeAttributes(from)
      return isSame ? change({ attributes: to }) : undefined
    },
    noteLogin: async (id) => {
      if (id !== demoSubject) return users.noteLogin(id)
      await change({ lastLoginAt: Math.floor(Date.now() / 1000) })
    },
  }
}

/** She has no other name, and is gone with the process. @throws RequestFault DEMO_ACCOUNT */
function whatSheCannot(users: Users): Pick<Users, 'rename' | 'remove'> {
  const refusal = () => Promise.reject(new RequestFault('DEMO_ACCOUNT'))
  return {
    rename: (id, username) => {
      if (id === demoSubject) return refusal()
      return username.toLowerCase() === demoName
        ? Promise.reject(nameTaken())
        : users.rename(id, username)
    },
    remove: (id, also) => (id === demoSubject ? refusal() : users.remove(id, also)),
  }
}

function nameTaken(): SetupFault {
  return new SetupFault('there is already a user of that name')
}

/** A page, with alice in her place in the order. */
function withAlice(
  stored: readonly User[],
  { alice, query }: { readonly alice: User; readonly query: UserQuery },
): readonly User[] {
  const { search = '', after = '', limit } = query
  const words = [alice.username, alice.displayName, alice.email].map((each) => each.toLowerCase())
  const isWanted = after < demoName && words.some((each) => each.includes(search.toLowerCase()))
  const others = stored.filter(({ username }) => username !== demoName)
  const index = others.findIndex(({ username }) => username > demoName)
  const at = index === -1 ? others.length : index
  const page = isWanted ? [...others.slice(0, at), alice, ...others.slice(at)] : others
  return page.slice(0, limit)
}

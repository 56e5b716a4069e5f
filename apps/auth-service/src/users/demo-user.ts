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
  let alice: User = {
    ...newUser({ username: demoName, passwordHash, roles: ['admin'] }),
    id: demoSubject,
    displayName: 'Alice',
    email: 'alice@example.com',
  }
  const change = (fields: Partial<User>): Promise<User> => {
    alice = { ...alice, ...fields }
    return Promise.resolve(alice)
  }
  return {
    byId: async (id) => (id === demoSubject ? alice : users.byId(id)),
    byUsername: async (name) => (name.toLowerCase() === demoName ? alice : users.byUsername(name)),
    anyWith: async (role) =>
      (!alice.disabled && alice.roles.includes(role)) || (await users.anyWith(role)),
    list: async (query) => {
      const stored = await users.list({ ...query, limit: query.limit + 1 })
      return withAlice(stored, { alice, query })
    },
    create: (user) =>
      user.username === demoName ? Promise.reject(nameTaken()) : users.create(user),
    changeProfile: (id, fields) =>
      id === demoSubject ? change(applyChange(alice, fields)) : users.changeProfile(id, fields),
    setDisabled: (id, disabled) =>
      id === demoSubject ? change({ disabled }) : users.setDisabled(id, disabled),
    replaceRoles: async (id, { from, to }) => {
      if (id !== demoSubject) return users.replaceRoles(id, { from, to })
      return alice.roles.join() === from.join() ? change({ roles: to }) : undefined
    },
    replaceHash: async (id, { from, to }) => {
      if (id !== demoSubject) return users.replaceHash(id, { from, to })
      if (alice.passwordHash !== from) return false
      await change({ passwordHash: to })
      return true
    },
    rename: async (id, username) => {
      if (id === demoSubject) throw new RequestFault('DEMO_ACCOUNT')
      if (username.toLowerCase() === demoName) throw nameTaken()
      return users.rename(id, username)
    },
    replaceAttributes: async (id, { from, to }) => {
      if (id !== demoSubject) return users.replaceAttributes(id, { from, to })
      const { attributes = {} } = alice
      const isSame = writeAttributes(attributes) === writeAttributes(from)
      return isSame ? change({ attributes: to }) : undefined
    },
    noteLogin: async (id) => {
      if (id !== demoSubject) return users.noteLogin(id)
      await change({ lastLoginAt: Math.floor(Date.now() / 1000) })
    },
    remove: (id) =>
      id === demoSubject ? Promise.reject(new RequestFault('DEMO_ACCOUNT')) : users.remove(id),
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

import { RequestFault } from '../../foundation/faults.js'
import type { Users } from '../users.js'
import type { UserSource } from './user-source.js'

/**
 * Users that are kept elsewhere, for the parts of the service that read them. A list has the one user whose name is searched
 * for, or whose id it is; nothing can be changed.
 *
 * @example const users = sourceUsers(source)
 */
export function sourceUsers(source: Pick<UserSource, 'find' | 'load'>): Users {
  return {
    byId: (id) => source.load(id),
    byUsername: (name) => source.find(name),
    anyWith: () => Promise.resolve(true), // it cannot be asked; only a hint at the start depends on it
    list: async ({ search = '', after = '' }) => {
      const name = search.trim()
      if (name === '' || after !== '') return []
      const user = (await source.find(name)) ?? (await source.load(name))
      return user === undefined ? [] : [user]
    },
    create: refuse,
    changeProfile: refuse,
    setDisabled: refuse,
    replaceRoles: refuse,
    replaceHash: refuse,
    rename: refuse,
    replaceAttributes: refuse,
    noteLogin: () => Promise.resolve(),
    remove: refuse,
  }
}

/** @throws RequestFault USERS_ELSEWHERE */
function refuse(): Promise<never> {
  return Promise.reject(new RequestFault('USERS_ELSEWHERE'))
}

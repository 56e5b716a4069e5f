import { expect, test } from 'vitest'
import { putRoles } from '../../../apps/auth-service/src/users/put-roles.js'
import { newUser, type RoleChange } from '../../../apps/auth-service/src/users/users.js'

const user = newUser({ username: 'bob', passwordHash: 'hash', roles: ['editor', 'clerk'] })

/** What is done, in its order, while a store holds the roles that it is given. */
function storing(held: readonly string[] = user.roles) {
  const done: string[] = []
  const users = {
    replaceRoles: (_id: string, { from, to }: RoleChange) => {
      done.push('replace')
      return Promise.resolve(from.join() === held.join() ? { ...user, roles: to } : undefined)
    },
  }
  const end = () => Promise.resolve(done.push('end'))
  const renew = () => Promise.resolve(done.push('renew'))
  return { done, change: { users, user, end, renew } }
}

test.each([
  ['a role that is added', ['editor', 'clerk', 'admin']],
  ['the same roles again, in another order', ['clerk', 'editor']],
])('%s refreshes tokens once it is there, and ends no session', async (_what, to) => {
  const { done, change } = storing()
  expect(await putRoles({ ...change, to })).toMatchObject({ roles: to })
  expect(done).toEqual(['replace', 'renew'])
})

test.each([
  ['a role that is taken away', ['editor']],
  ['a role in the place of another', ['editor', 'admin', 'auditor']],
])('%s ends the sessions before and after it', async (_what, to) => {
  const { done, change } = storing()
  expect(await putRoles({ ...change, to })).toMatchObject({ roles: to })
  expect(done).toEqual(['end', 'replace', 'end'])
})

test('a store that cannot end sessions leaves the roles as they were', async () => {
  const { done, change } = storing()
  const end = () => Promise.reject(new Error('away'))
  await expect(putRoles({ ...change, to: [], end })).rejects.toThrow('away')
  expect(done).toEqual([])
})

test('of two changes of roles at once, one fails and refreshes no token', async () => {
  const { done, change } = storing(['changed meanwhile'])
  expect(await putRoles({ ...change, to: [...user.roles, 'admin'] })).toBeUndefined()
  expect(done).toEqual(['replace'])
})

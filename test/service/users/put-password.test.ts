import { expect, test } from 'vitest'
import { putPassword } from '../../../apps/auth-service/src/users/put-password.js'

const user = { id: 'user-1', passwordHash: 'old' }

/** What is done, in its order, while a store holds the hash that it is given. */
function storing(held: string) {
  const done: string[] = []
  const users = {
    replaceHash: (_id: string, { from }: { readonly from: string }) => {
      done.push('replace')
      return Promise.resolve(from === held)
    },
  }
  return { done, users, end: () => Promise.resolve(done.push('end')) }
}

test('sessions end before a password is put in place, and those of logins meanwhile after it', async () => {
  const { done, users, end } = storing('old')
  expect(await putPassword({ users, user, to: 'new', end })).toBe(true)
  expect(done).toEqual(['end', 'replace', 'end'])
})

test('a store that fails leaves the password as it was', async () => {
  const { done, users } = storing('old')
  const end = () => Promise.reject(new Error('away'))
  await expect(putPassword({ users, user, to: 'new', end })).rejects.toThrow('away')
  expect(done).toEqual([])
})

test('of two changes of a password at once, one fails and says so', async () => {
  const { done, users, end } = storing('changed meanwhile')
  expect(await putPassword({ users, user, to: 'new', end })).toBe(false)
  expect(done).toEqual(['end', 'replace'])
})

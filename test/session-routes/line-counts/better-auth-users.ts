import { memoryAdapter } from 'better-auth/adapters/memory'
import { hashPassword } from 'better-auth/crypto'

/** Better Auth keeps users itself: its database, with the two users of users.ts as a sign-up would have left them. */
async function userRows(name: string, role: string) {
  const now = { createdAt: new Date(), updatedAt: new Date() }
  const email = `${name}@example.com`
  const user = { id: name, name, email, emailVerified: true, role, ...now }
  const login = { accountId: name, userId: name, providerId: 'credential' }
  const account = { id: name, ...login, password: await hashPassword('secret-secret'), ...now }
  return { user, account }
}

const rows = [await userRows('alice', 'admin'), await userRows('bob', 'user')]
export const database = memoryAdapter({
  user: rows.map(({ user }) => user),
  account: rows.map(({ account }) => account),
  session: [],
  verification: [],
})

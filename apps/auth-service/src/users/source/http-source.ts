import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { RequestFault } from '../../foundation/faults.js'
import { askEndpoint, type Endpoint } from './ask-endpoint.js'
import { faultsOf, foundShape, unusable } from './found-user.js'
import type { FoundUser, UserSource } from './user-source.js'

const user = z.object({
  ...foundShape,
  roles: foundShape.roles.default([]),
  displayName: foundShape.displayName.optional(),
  email: foundShape.email.default(''),
  disabled: z.boolean().default(false),
})

const found = z.object({ user: user.nullable() })
const checked = z.object({ right: z.boolean() })

/**
 * Users behind an endpoint of another program, in three requests by POST with JSON: `find` with `name` and `load` with `id`
 * answer `{ user }`, null for none; `check-password` with `id` and `password` answers `{ right }`. For a name that no user has,
 * `check-password` is sent with the id null, and takes as long as one of the last checks of a user.
 *
 * @example const source = createHttpSource({ url: 'https://crm.example/users', secret, timeoutMs: 3000, places })
 */
export function createHttpSource(endpoint: Endpoint): UserSource {
  const ask = async <T>(path: string, body: object, answer: z.ZodType<T>): Promise<T> => {
    const parsed = answer.safeParse(await askEndpoint(endpoint, path, body))
    if (parsed.success) return parsed.data
    throw unusable(`the endpoint, at ${path},`, faultsOf(parsed.error))
  }
  const times = createTimes()
  return {
    find: async (name) => toUser((await ask('find', { name }, found)).user),
    load: async (id) => {
      const loaded = toUser((await ask('load', { id }, found)).user)
      if (loaded === undefined || loaded.id === id) return loaded
      throw unusable('the endpoint, at load,', 'answered another user')
    },
    checkPassword: async (known, password, isGone = () => false) => {
      if (isGone()) throw new RequestFault('BUSY')
      const since = performance.now()
      const id = known?.id ?? null
      const { right } = await ask('check-password', { id, password }, checked)
      const took = performance.now() - since
      if (known !== undefined) {
        times.note(took)
        return right
      }
      await sleep(Math.max(0, times.one() - took))
      return false
    },
  }
}

/** How long the last checks of users have taken. */
function createTimes() {
  const last: number[] = []
  const kept = 64
  return {
    note: (ms: number) => {
      last.push(ms)
      if (last.length > kept) last.shift()
    },
    /** One of them by chance, so that many look the same as theirs; 0 without any. */
    one: () => (last.length === 0 ? 0 : (last[randomInt(last.length)] ?? 0)),
  }
}

function toUser(answered: z.infer<typeof user> | null): FoundUser | undefined {
  if (answered === null) return undefined
  const { displayName = answered.username.slice(0, 200), ...fields } = answered
  return { ...fields, displayName, passwordHash: '' }
}

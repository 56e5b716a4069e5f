import { setTimeout as sleep } from 'node:timers/promises'
import { freshToken, logIn, refresh } from './person.js'
import type { Person, World } from './world.js'

/** One request, or a few that belong together; what the last was answered, undefined for a preparation that does not count. */
export type Happen = () => Promise<number | undefined>

/** Makes it for one phase, with what it keeps from one time to the next. */
export type Maker = (world: World) => Happen | Promise<Happen>

/** One filler after the other. */
function takingTurns({ fillers }: World, happen: (filler: Person) => Promise<number>): Happen {
  let next = 0
  return () => {
    const filler = fillers[next++ % fillers.length]
    if (filler === undefined) throw new Error('there are no fillers')
    return happen(filler)
  }
}

/** A right login: one hash. */
export const login: Maker = (world) =>
  takingTurns(world, async (filler) => (await logIn(world, filler)).status)

/** So many right logins, of one account after the other, a hash each, spread over so many seconds. */
export function logins(count: number, seconds: number): Maker {
  return async (world) => {
    const one = await login(world)
    return async () => {
      const all = Array.from({ length: count }, async (_, nth) => {
        await sleep((nth / count) * seconds * 1000)
        return one()
      })
      return highest(await Promise.all(all))
    }
  }
}

/** @example highest([200, 503]) // 503 */
export function highest(statuses: readonly (number | undefined)[]): number {
  return Math.max(0, ...statuses.flatMap((status) => status ?? []))
}

/** A right login and its logout. */
export const loginAndLogout: Maker = (world) =>
  takingTurns(world, async ({ username, password, address }) => {
    const { ask } = world
    const body = { username, password }
    const { body: pair } = await ask({ operation: 'POST /user/login', from: address, body })
    const token = String(pair['accessToken'])
    return (await ask({ operation: 'POST /user/logout', from: address, token })).status
  })

/** A guarded route: a verification, and a row of the database. */
export const profile: Maker = (world) =>
  takingTurns(world, async (filler) => {
    const token = await freshToken(world, filler)
    const { address: from } = filler
    return (await world.ask({ operation: 'GET /user/profile', from, token })).status
  })

/** A refresh and a guarded route with the new token. */
export const refreshAndProfile: Maker = (world) =>
  takingTurns(world, async (filler) => {
    if (filler.session === undefined) await freshToken(world, filler)
    const { status } = await refresh(world, filler)
    const token = filler.session?.accessToken
    if (token === undefined) return status
    const { address: from } = filler
    return (await world.ask({ operation: 'GET /user/profile', from, token })).status
  })

/** A new password that is refused: the hash of the present one. */
export const weakPassword: Maker = (world) =>
  takingTurns(world, async (filler) => {
    const token = await freshToken(world, filler)
    const { address: from, password: currentPassword } = filler
    const body = { currentPassword, newPassword: 'short' }
    return (await world.ask({ operation: 'PUT /user/password', from, token, body })).status
  })

/** A public document. */
export const keySet: Maker = ({ ask }) => {
  return async () =>
    (await ask({ operation: 'GET /.well-known/jwks.json', from: '192.0.2.250' })).status
}

/** Not even a document. */
export const health: Maker = ({ ask }) => {
  return async () => (await ask({ operation: 'GET /healthz', from: '192.0.2.250' })).status
}

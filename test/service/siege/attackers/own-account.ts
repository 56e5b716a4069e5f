import { highest, type Happen, type Maker } from '../harmless.js'
import { freshToken, logIn, refresh } from '../person.js'
import type { Person, World } from '../world.js'

/** Logins of one account with the right password, so many at once (a4). */
export function crowd(count: number): Maker {
  return async (world) => {
    const mallory = await world.makeAttacker('crowd')
    return async () => {
      const all = Array.from({ length: count }, async () => (await logIn(world, mallory)).status)
      return highest(await Promise.all(all))
    }
  }
}

/** Logs in and out again (a27). */
export const comeAndGo: Maker = async (world) => {
  const mallory = await world.makeAttacker('come-and-go')
  return async () => {
    const { status, body } = await logIn(world, mallory)
    if (status !== 200) return status
    const token = String(body['accessToken'])
    return (await world.ask({ operation: 'POST /user/logout', from: mallory.address, token }))
      .status
  }
}

/** Logs in without end, and lists all its sessions (a6). */
export const hoard: Maker = async (world) => {
  const mallory = await world.makeAttacker('hoard')
  return async () => {
    const { status, body } = await logIn(world, mallory)
    if (status !== 200) return status
    const token = String(body['accessToken'])
    return (await world.ask({ operation: 'GET /user/sessions', from: mallory.address, token }))
      .status
  }
}

/** Refreshes again and again and revokes each access token by itself, to fill the list of revocations (a1, a27). */
export const revokeEachToken: Maker = async (world) => {
  const mallory = await world.makeAttacker('revoke')
  return async () => {
    if (mallory.session === undefined) await logIn(world, mallory)
    await refresh(world, mallory)
    const form = { client_id: 'first-party', token: mallory.session?.accessToken ?? 'none' }
    return (await world.ask({ operation: 'POST /oauth/revoke', from: mallory.address, form }))
      .status
  }
}

/** Presents refresh tokens that have been used (a1), of a session that goes on and of one that has ended for it. */
export const presentOldTokens: Maker = async (world) => {
  const mallory = await world.makeAttacker('old-tokens')
  const present = async (refreshToken: string) => {
    const question = { operation: 'POST /user/refresh', from: mallory.address }
    return (await world.ask({ ...question, body: { refreshToken } })).status
  }
  return presentOld(world, mallory, present)
}

/** Seconds between two refreshes: longer than the grace period, in which the token before is as good. */
const pause = 12

function presentOld(
  world: World,
  mallory: Person,
  present: (refreshToken: string) => Promise<number>,
): Happen {
  const state = { first: 'none', refreshes: 0, at: 0 }
  return async () => {
    const isTime = performance.now() - state.at > pause * 1000
    if (isTime && state.refreshes === 2) mallory.session = undefined
    if (mallory.session === undefined && isTime) {
      Object.assign(state, { refreshes: 0, at: performance.now() })
      await logIn(world, mallory)
      return undefined
    }
    if (isTime) {
      if (state.refreshes === 0) state.first = mallory.session?.refreshToken ?? 'none'
      const { status } = await refresh(world, mallory)
      const refreshes = state.refreshes + (status === 200 ? 1 : 0)
      Object.assign(state, { refreshes, at: performance.now() })
      return undefined
    }
    // The one of two generations before is stolen, and ends the session; afterwards it is dead.
    return state.refreshes === 2 ? present(state.first) : present('never-issued')
  }
}

/** The slowest new password that a search has found for the comparison with lists (a22, a29). */
const slow =
  'p@$$w0rd$5$5+7+7%l1|!7+p4$$w0rd11!c0rr|/|$$1!|01|!1|1p4$$1|p@$|/|1|!1|!1|!1|!p4$$w0r$$$$01!|l7+|/|$'

/** Asks for new passwords that are slow to judge (a22, a29). */
export const choosePasswords: Maker = async (world) => {
  const mallory = await world.makeAttacker('passwords')
  let nth = 0
  return async () => {
    const token = await freshToken(world, mallory)
    const newPassword = `${slow.slice((nth % 9) + 1)}${String(nth++)}`
    const body = { currentPassword: mallory.password, newPassword }
    const question = { operation: 'PUT /user/password', from: mallory.address, token, body }
    const { status } = await world.ask(question)
    if (status === 204) mallory.password = newPassword
    return status
  }
}

import { administrator } from './fleet.mjs'

/** @import { Asking } from '../sessions/round-trips.mjs' */
/** @import { Caller } from './calling.mjs' */
/** @import { Material } from './material.mjs' */

/**
 * Both sides of a comparison: the service's and the bare one's.
 *
 * @typedef {{ readonly service: Caller, readonly bare: Caller, readonly bareCpu: () => Promise<number> }} Sides
 */

/** What everything is compared with. */
export const bareName = 'bare'

const own = 'jotgate'

/**
 * A verified call that reads its user from the database, beside the same route without a gate.
 *
 * @param {Sides} sides
 * @param {Material} material
 * @param {boolean} [countsCpu] whether one process is asked, so that its processor time is all that was used
 * @returns {readonly Asking[]}
 */
export function requests({ service, bare, bareCpu }, { pairs }, countsCpu = true) {
  const path = 'GET /user/profile'
  const tokenOf = (/** @type {number} */ place) => pairs[place]?.accessToken ?? ''
  const get = async (/** @type {Caller} */ caller, /** @type {number} */ place) => {
    const { status, text } = await caller.insist(path, { token: tokenOf(place) })
    return status === 200 && text.includes('"username":"bench-')
  }
  return [
    { name: own, once: (place) => get(service, place), ...(countsCpu && { cpu: service.cpu }) },
    { name: bareName, once: (place) => get(bare, place), ...(countsCpu && { cpu: bareCpu }) },
  ]
}

/**
 * A login, beside Fastify with nothing but the check of the very same hash, as many at once as libuv has threads.
 *
 * @param {Sides} sides
 * @param {Material} material
 * @returns {readonly Asking[]}
 */
export function logins({ service, bare, bareCpu }, { usernames, password, phc }) {
  const nameOf = (/** @type {number} */ place) => usernames[place % usernames.length] ?? ''
  return [
    {
      name: own,
      once: async (place) => (await service.login(nameOf(place), password)).accessToken !== '',
      cpu: service.cpu,
    },
    {
      name: bareName,
      once: async () =>
        (await bare.call('POST /hash', { body: { password, phc } })).text === '{"fits":true}',
      cpu: bareCpu,
    },
  ]
}

/**
 * A refresh, of each session one after the other, beside Fastify with one prepared UPDATE of one row.
 *
 * @param {Sides} sides
 * @param {Material} material
 * @returns {readonly Asking[]}
 */
export function refreshes(sides, material) {
  // Not by place: what was rotated within the grace would only be handed out again.
  const tokens = [...material.refreshTokens]
  let turn = 0
  return [
    {
      name: own,
      once: async () => {
        const place = turn++ % tokens.length
        const before = tokens[place] ?? ''
        tokens[place] = (await sides.service.refresh(before)).refreshToken
        return tokens[place] !== before
      },
      cpu: sides.service.cpu,
    },
    write(sides, material),
  ]
}

/**
 * A revocation of one token over the administrators' API, confirmed by the database, beside the same UPDATE.
 *
 * @param {Sides} sides
 * @param {Material} material
 * @returns {Promise<readonly Asking[]>}
 */
export async function revocations(sides, material) {
  const { service } = sides
  const { accessToken: token } = await service.login(administrator, material.password)
  let turn = 0
  return [
    {
      name: own,
      once: async () => {
        const body = { kind: 'jti', value: `bench ${String(turn++)}` }
        return (await service.insist('POST /admin/revocations', { token, body })).status === 204
      },
      cpu: service.cpu,
    },
    write(sides, material),
  ]
}

/** @param {Sides} sides @param {Material} material @returns {Asking} */
function write({ bare, bareCpu }, { ids }) {
  let turn = 0
  return {
    name: bareName,
    once: async (place) => {
      const body = { id: ids[place % ids.length], value: String(turn++).padEnd(400) }
      return (await bare.call('POST /write', { body })).text === '{"rows":1}'
    },
    cpu: bareCpu,
  }
}

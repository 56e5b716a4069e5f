import { constants, setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { openCaller } from './calling.mjs'
import { serveParent } from './child.mjs'

// Everybody logs in at the same moment, from a process that gives way to the service: in life it is on other machines. Who
// is told that it is too busy comes back after a while, as clients do, until all are in. It is sent where, who and how
// many, and answers with the seconds it took, or with what went wrong.
setPriority(constants.priority.PRIORITY_LOW)
serveParent((/** @type {Order} */ order) => logEveryoneIn(order).catch(String))

/**
 * Where and how one logs in, what those send who do, one after the other, and how many they are.
 *
 * @typedef {{ port: number, operation: string, bodies: readonly unknown[], logins: number }} Order
 */

/** What the service asks for by `Retry-After`, and up to as much again, so that not all come back at once. */
const retryAfterMs = 2000

/** @param {Order} order */
async function logEveryoneIn({ port, operation, bodies, logins }) {
  // A connection each, as people have.
  const caller = openCaller(port, Math.max(1, logins))
  const start = performance.now()
  const one = async (/** @type {number} */ place) => {
    for (;;) {
      const { status } = await caller.call(operation, { body: bodies[place % bodies.length] })
      if (status === 200) return
      if (status !== 503) throw new Error(`a login was answered ${String(status)}`)
      await sleep(retryAfterMs * (1 + Math.random()))
    }
  }
  await Promise.all(Array.from({ length: logins }, (_, place) => one(place)))
  await caller.close()
  return (performance.now() - start) / 1000
}

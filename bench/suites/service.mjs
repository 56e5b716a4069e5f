import { availableParallelism } from 'node:os'
import { quantile } from '../measure.mjs'
import { measureRoundTrips } from './sessions/round-trips.mjs'
import { startChild } from './service/child.mjs'
import { openCaller } from './service/calling.mjs'
import { bareName, logins, refreshes, requests, revocations } from './service/contenders.mjs'
import { startFleet } from './service/fleet.mjs'
import { makeMaterial } from './service/material.mjs'
import { measureStorm } from './service/storm.mjs'

/** @import { Context, Measurement } from '../suite.mjs' */
/** @import { Asking, Found } from './sessions/round-trips.mjs' */
/** @import { Sides } from './service/contenders.mjs' */

const processes = 3
const inFlight = 16

/**
 * What the built service carries, in processes of its own over a PostgreSQL: requests, logins, refreshes, revocations, and
 * what a storm of logins does to the requests.
 *
 * @param {Context} context
 * @returns {Promise<readonly Measurement[]>}
 */
export async function run({ quick, progress }) {
  const effort = quick ? { rounds: 3, ms: 200 } : { rounds: 9, ms: 800 }
  const extent = { places: 64, inFlight, ...effort }
  const sessions = quick ? 2048 : 8192
  progress('starting')
  const fleet = await startFleet(processes)
  const bench = await openBench(fleet)
  try {
    const material = await makeMaterial(fleet, {
      users: quick ? 4 : 25,
      pairs: extent.places,
      sessions,
    })
    const measured = async (
      /** @type {string} */ name,
      /** @type {readonly Asking[]} */ askings,
    ) => {
      progress(name)
      return reportOf(name, await measureRoundTrips(askings, extent))
    }
    const { one, three } = bench
    return [
      ...(await measured('verified requests, one process', requests(one, material))),
      ...(await measured('verified requests, three processes', requests(three, material, false))),
      ...(await measured('logins', logins(one, material))),
      ...(await measured('refreshes', refreshes(one, material))),
      ...(await measured('revocations', await revocations(one, material))),
      ...(await storm(material, bench.barePort, { quick, progress })),
    ]
  } finally {
    await bench.close()
    await fleet.stop()
  }
}

/**
 * The bare servers, the balancers, and callers of both sides: of one process, and of three behind a balancer.
 *
 * @param {import('./service/fleet.mjs').Fleet} fleet
 */
async function openBench({ database, ports }) {
  const bares = ports.map(() => startChild('bare.mjs'))
  const balancers = [startChild('balancer.mjs'), startChild('balancer.mjs')]
  const ask = (/** @type {import('./service/child.mjs').Child} */ bare) =>
    /** @type {Promise<number>} */ (bare.ask({ database }))
  const barePorts = []
  for (const bare of bares) barePorts.push(await ask(bare))
  const balanced = []
  for (const [turn, balancer] of balancers.entries())
    balanced.push(/** @type {number} */ (await balancer.ask(turn === 0 ? ports : barePorts)))
  const bareCpu = () => (bares[0] ? ask(bares[0]) : Promise.resolve(0))
  const sides = (
    /** @type {number | undefined} */ ours,
    /** @type {number | undefined} */ theirs,
  ) => {
    return {
      service: openCaller(ours ?? 0, inFlight),
      bare: openCaller(theirs ?? 0, inFlight),
      bareCpu,
    }
  }
  /** @type {{ readonly one: Sides, readonly three: Sides }} */
  const both = { one: sides(ports[0], barePorts[0]), three: sides(balanced[0], balanced[1]) }
  return {
    ...both,
    barePort: barePorts[0] ?? 0,
    close: async () => {
      const callers = Object.values(both).flatMap(({ service, bare }) => [service, bare])
      await Promise.all(callers.map((each) => each.close()))
      await Promise.all([...bares, ...balancers].map((each) => each.stop()))
    },
  }
}

/**
 * @param {string} what
 * @param {Found} found
 * @returns {readonly Measurement[]}
 */
function reportOf(what, { each, p99, cpu }) {
  const perSecond = Math.round(1e9 / quantile(each.get('jotgate') ?? [], 0.5))
  const used = quantile(cpu.get('jotgate') ?? [], 0.5)
  const aCore = used === 0 ? '' : `; ${String(Math.round(1e9 / used))} a core of the service`
  const name = `service: ${what}`
  const shared = { suite: 'service', base: bareName }
  return [
    { ...shared, name, note: `${String(perSecond)} a second${aCore}`, times: each },
    { ...shared, name: `${name}, p99`, note: 'the slowest in a hundred, 16 at once', times: p99 },
    ...(used === 0
      ? []
      : [
          {
            ...shared,
            name: `${name}, processor`,
            note: 'of the process, all threads',
            times: cpu,
          },
        ]),
  ]
}

/**
 * A storm on the service, then one on Fastify with argon2 and nothing else, which shows what the machine allows.
 *
 * @param {import('./service/material.mjs').Material} material
 * @param {number} barePort
 * @param {Pick<Context, 'quick' | 'progress'>} context
 * @returns {Promise<readonly Measurement[]>}
 */
async function storm({ ports, pairs, usernames, password, phc }, barePort, { quick, progress }) {
  progress('storm')
  // By the cores, which hash: a storm has to last longer than it is measured, on Fastify alone too.
  const cores = availableParallelism()
  const extent = quick
    ? { logins: 75 * cores, everyMs: 10, rounds: 1, idleMs: 1200 }
    : { logins: 250 * cores, everyMs: 10, rounds: 7, idleMs: 3000 }
  const tokens = pairs.map(({ accessToken }) => accessToken)
  const bodies = usernames.map((username) => ({ username, password }))
  const service = { tokens, port: ports[0] ?? 0, operation: 'POST /user/login', bodies }
  const found = await measureStorm(service, extent)
  progress('storm, bare')
  const hashing = { tokens, port: barePort, operation: 'POST /hash', bodies: [{ password, phc }] }
  const bare = await measureStorm(hashing, extent)
  const [ours, theirs] = [found, bare].map(({ loginsPerSecond }) =>
    Math.round(quantile(loginsPerSecond, 0.5)),
  )
  const name = 'service: p99 of verified requests in a login storm'
  const note = `${String(extent.logins)} logins at once, ${String(ours)} let in a second (bare: ${String(theirs)}); 100 requests a second meanwhile`
  const measured = (/** @type {'storm' | 'later'} */ part) => ({
    suite: 'service',
    note,
    base: 'idle',
    times: new Map(
      Object.entries({ jotgate: found[part], [bareName]: bare[part], idle: found.idle }),
    ),
  })
  return [
    { ...measured('storm'), name },
    { ...measured('later'), name: `${name}, from its second second on` },
  ]
}

import { proveGrpc, sliceGrpc } from './http/grpc.mjs'
import { prove, slice, startServer } from './http/load.mjs'
import { algorithms, makeTokens } from './http/material.mjs'

/** @import { Context, Measurement } from '../suite.mjs' */
/** @import { Running } from './http/load.mjs' */

/** The same server without auth: what everything is compared with. */
export const bare = 'none'

const own = ['jotgate', 'jotgate, cached']

/**
 * Who is compared, by framework. A quick run has the first two and the first algorithm.
 *
 * @type {readonly { framework: string, opponents: readonly string[] }[]}
 */
export const plan = [
  { framework: 'fastify', opponents: ['@fastify/jwt', '@fastify/jwt, cached'] },
  { framework: 'node', opponents: [] },
  { framework: 'express', opponents: ['express-jwt', 'express-jwt (KeyObject)'] },
  { framework: 'koa', opponents: ['koa-jwt', 'koa-jwt (KeyObject)'] },
  { framework: 'hono', opponents: ['hono/jwt'] },
  { framework: 'nest', opponents: ['passport-jwt'] },
  { framework: 'grpc', opponents: [] },
]

/** How a framework's servers are asked. */
export const loadOf = (/** @type {string} */ framework) =>
  framework === 'grpc' ? { prove: proveGrpc, slice: sliceGrpc } : { prove, slice }

/**
 * What auth adds to a request over HTTP, by framework and algorithm: each server in a process of its own, asked over
 * loopback; all of them take turns in slices.
 *
 * @param {Context} context
 * @returns {Promise<readonly Measurement[]>}
 */
export async function run({ quick, progress }) {
  const extent = quick ? { count: 300, rounds: 5, ms: 250 } : { count: 500, rounds: 7, ms: 500 }
  const measurements = []
  for (const alg of quick ? algorithms.slice(0, 1) : algorithms) {
    const tokens = await makeTokens(alg, extent.count)
    for (const { framework, opponents } of quick ? plan.slice(0, 2) : plan) {
      progress(`${framework} ${alg}`)
      const names = [bare, ...own, ...opponents]
      const found = await measureServers({ framework, names, tokens, extent })
      measurements.push(...reportOf(`http: ${framework} ${alg}`, found))
    }
  }
  return measurements
}

/**
 * Figures of servers that take turns, each in a process of its own and proven to take and refuse what it has to.
 *
 * @param {{ framework: string, names: readonly string[], tokens: Awaited<ReturnType<typeof makeTokens>>,
 *   extent: { rounds: number, ms: number }, badFor?: (name: string) => string }} job `badFor` is the token that a
 *   server must refuse, where that is not the same for all
 */
export async function measureServers({ framework, names, tokens, extent, badFor }) {
  const load = loadOf(framework)
  /** @type {{ name: string, running: Running, wall: number[], cpu: number[] }[]} */
  const servers = []
  try {
    for (const name of names) {
      const running = await startServer(framework, name, tokens.trust)
      servers.push({ name, running, wall: [], cpu: [] })
      const bad = badFor?.(name) ?? tokens.bad
      await load.prove(running, { ...tokens, bad }, name !== bare)
      await load.slice(running, tokens.good, extent.ms * 2) // warm
    }
    for (let round = 0; round < extent.rounds; round++) {
      for (let turn = 0; turn < servers.length; turn++) {
        const server = servers[(round + turn) % servers.length]
        const took = await load.slice(
          /** @type {NonNullable<typeof server>} */ (server).running,
          tokens.good,
          extent.ms,
        )
        server?.wall.push(took.wall)
        server?.cpu.push(took.cpu)
      }
    }
    return servers
  } finally {
    await Promise.all(servers.map(({ running }) => running.stop()))
  }
}

/**
 * Three tables: what auth adds to the server's processor time, the same with our cache, and the whole request.
 *
 * @param {string} name
 * @param {Awaited<ReturnType<typeof measureServers>>} servers
 * @returns {readonly Measurement[]}
 */
function reportOf(name, servers) {
  const none = servers.find((each) => each.name === bare)
  if (!none) throw new Error('the server without auth was not measured')
  const added = servers
    .filter((each) => each !== none)
    .map(
      (each) =>
        /** @type {const} */ ([
          each.name,
          each.cpu.map((cpu, round) => Math.max(cpu - (none.cpu[round] ?? 0), 1)),
        ]),
    )
  const [plain, cached, ...opponents] = added
  if (!plain || !cached) throw new Error('what is ours was not measured')
  const suite = 'http'
  const note = "server's processor time a request, beyond that of the server without auth"
  return [
    { suite, name: `${name}, added`, note, base: bare, times: new Map([plain, ...opponents]) },
    {
      suite,
      name: `${name}, added from the cache`,
      note: `${note}; ours from the cache of verified tokens`,
      base: bare,
      times: new Map([['jotgate', cached[1]], ...opponents]),
    },
    {
      suite,
      name: `${name}, whole request`,
      note: 'time a request under load, by the clock: the inverse of throughput',
      base: bare,
      times: new Map(servers.map((each) => [each.name, each.wall])),
    },
  ]
}

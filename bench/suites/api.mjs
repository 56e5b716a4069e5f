import { generate, parseApi, toOpenApi } from 'jotgate/api-spec'
import { measure } from '../measure.mjs'
import { makeService } from './api/service.mjs'

/** @import { ApiSpec } from 'jotgate/api-spec' */
/** @import { Context, Measurement } from '../suite.mjs' */

/** What everything is compared with: the same work on a tenth as many routes. */
export const tenth = 'a tenth'

/**
 * One `.api` file, and one of a tenth as many routes: how the time grows.
 *
 * @param {Context} context
 * @returns {Promise<readonly Measurement[]>}
 */
export async function run({ quick, tokens: routes, effort, progress }) {
  const [all, less] = [prepare(routes), prepare(Math.ceil(routes / 10))]
  const size = `${String(routes)} routes, ${(all.text.length / 1e6).toFixed(1)} MB`
  // One operation takes longer than a slice.
  const own = {
    ...effort,
    rounds: Math.min(effort.rounds, quick ? 7 : 11),
    warmMs: effort.warmMs * 3,
  }
  const measurements = []
  for (const { name, note, once } of work) {
    progress(name)
    const times = await measure(
      [contender('jotgate', all, once), contender(tenth, less, once)],
      own,
    )
    measurements.push({ suite: 'api', name, note: `${size}; ${note}`, base: tenth, times })
  }
  return measurements
}

/** @typedef {{ readonly routes: number, readonly text: string, readonly spec: ApiSpec }} Prepared */

/**
 * @param {number} routes
 * @returns {Prepared}
 */
function prepare(routes) {
  const text = makeService(routes)
  return { routes, text, spec: read(text) }
}

/** @param {string} text */
function read(text) {
  const result = parseApi(text)
  if (!result.ok) throw new Error('the file made for measuring has errors')
  return result.spec
}

/** @param {ApiSpec} spec */
function countRoutes(spec) {
  return spec.groups.reduce((sum, group) => sum + group.routes.length, 0)
}

/**
 * Server for Fastify, client, and the stub of a handler for each route.
 *
 * @param {ApiSpec} spec
 */
function countHandlers(spec) {
  const handlers = generate(spec).find(({ path }) => path === 'handlers.ts')
  return handlers?.text.match(/\(\) => notImplemented\(/g)?.length ?? 0
}

/**
 * Each answers with the number of routes it found in its work.
 *
 * @type {readonly { name: string, note: string, once: (prepared: Prepared) => number }[]}
 */
const work = [
  {
    name: 'api: parse and check',
    note: 'from the text to the spec, with every check',
    once: ({ text }) => countRoutes(read(text)),
  },
  {
    name: 'api: generate',
    note: 'from the spec to the files of a server and a client',
    once: ({ spec }) => countHandlers(spec),
  },
  {
    name: 'api: parse, check and generate',
    note: 'from the text to the files',
    once: ({ text }) => countHandlers(read(text)),
  },
  {
    name: 'api: openapi',
    note: 'from the spec to the document',
    once: ({ spec }) => Object.keys(toOpenApi(spec).paths).length,
  },
]

/**
 * @param {string} name
 * @param {Prepared} prepared
 * @param {(prepared: Prepared) => number} once
 */
function contender(name, prepared, once) {
  const run = (/** @type {number} */ count) => {
    let right = 0
    for (let i = 0; i < count; i++) if (once(prepared) === prepared.routes) right++
    return right
  }
  return { name, run }
}

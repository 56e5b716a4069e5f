import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { createRevocation, createSigner, hmacKey } from 'jotgate'
import { redisStores } from 'jotgate/stores/redis'
import { floor } from '../bars.mjs'
import { measure } from '../measure.mjs'
import { bareVerifyLoop } from './core/loops.mjs'
import { makeMaterial } from './core/material.mjs'
import { makeTokens } from './core/tokens.mjs'
import { measureServers } from './http.mjs'
import * as material from './http/material.mjs'
import {
  checkLoop,
  getLoop,
  making,
  mapLoop,
  setLoops,
  verifiedTokens,
} from './revocation/contenders.mjs'
import {
  accessTtl,
  entriesWithCutOffs,
  issuer,
  mixedEntries,
  readOnce,
  redisKey,
  tokenEntries,
} from './revocation/entries.mjs'
import { holding, loading } from './revocation/holding.mjs'
import { MapTable } from './revocation/map-table.mjs'
import { revokedId } from './revocation/server.mjs'
import { loadServers } from './sessions/servers.mjs'

/** @import { Context, Measurement } from '../suite.mjs' */
/** @import { Contender } from '../measure.mjs' */
/** @import { Token } from './revocation/contenders.mjs' */

/** A gate that verifies and asks nobody: what HTTP servers are compared with. */
export const verifyOnly = 'verify only'

const milliseconds = { name: 'ms', of: 1 }

/**
 * What it costs that tokens can be revoked, with a million entries: the check, beside the bare signature check, a
 * `Set<string>`, a `Map` for each kind, and a GET of Redis; over HTTP; memory and garbage collection; loading, and putting back what Redis lost.
 *
 * @param {Context} context
 * @returns {Promise<readonly Measurement[]>}
 */
export async function run(context) {
  // A million in a full run.
  const count = context.tokens * 100
  const { startRedis } = await loadServers()
  const redis = await startRedis({ url: undefined })
  const client = new Redis(redis.url)
  try {
    const place = { context, count, client, url: redis.url }
    const steps = [checks, http, memory, loads]
    const measurements = []
    for (const step of steps) {
      context.progress(step.name)
      measurements.push(...(await step(place)))
    }
    return measurements
  } finally {
    client.disconnect()
    await redis.stop()
  }
}

/** @typedef {{ context: Context, count: number, client: Redis, url: string }} Place */

/** @type {(place: Place) => Promise<readonly Measurement[]>} */
async function checks({ context: { tokens: most, effort }, count, client }) {
  // So many that their parts of the table are not all in the fastest memory.
  const tokens = Math.min(4096, most)
  const note = `${String(count)} entries, ${String(tokens)} tokens`
  const bare = bareLoop(tokens)
  const ids = tokenEntries(count)
  const known = ids.flatMap((entry) => ('value' in entry ? entry.value : []))
  const strangers = await verifiedTokens(tokens)
  const revoked = await verifiedTokens(tokens, known.slice(0, tokens))
  for (const { payload } of revoked) await client.set(redisKey(payload.jti ?? ''), '1')
  const set = new Set(known)
  const maps = new MapTable()
  for (const entry of ids) maps.add(entry)
  const byId = await loaded(ids)
  const byAny = await loaded(mixedEntries(count))
  /** @type {(tokens: readonly Token[], expected: boolean) => readonly Contender[]} */
  const others = (asked, expected) => [
    ...setLoops(set, asked, expected),
    mapLoop(maps, asked, expected),
    getLoop(client, asked, expected),
  ]
  const plans = [
    ['id not revoked', 'ids alone', checkLoop(byId, strangers, false), others(strangers, false)],
    ['id revoked', 'ids alone', checkLoop(byId, revoked, true), others(revoked, true)],
    ['every kind, not revoked', 'five kinds', checkLoop(byAny, strangers, false), []],
    ...(await cutOffPlans(count, strangers)),
  ]
  const measurements = []
  for (const [name, what, own, rest] of /** @type {[string, string, Contender, Contender[]][]} */ (
    plans
  )) {
    const times = await measure([bare, own, ...rest], effort)
    measurements.push({
      suite: 'revocation',
      name: `revocation: ${name}`,
      note: `${note}; entries of ${what}`,
      times: withoutMaking(times),
    })
  }
  return measurements
}

/**
 * What cut-offs of sessions cost: of others, and of the session of each token, which was issued later.
 *
 * @param {number} count
 * @param {readonly Token[]} tokens
 */
async function cutOffPlans(count, tokens) {
  const sids = tokens.map(({ payload }) => String(payload['sid']))
  const ofOthers = await loaded(entriesWithCutOffs(count, []))
  const ofEach = await loaded(entriesWithCutOffs(count, sids))
  return [
    ['beside cut-offs of sessions', 'ids and cut-offs', checkLoop(ofOthers, tokens, false), []],
    ['issued after a cut-off', 'ids and cut-offs', checkLoop(ofEach, tokens, false), []],
  ]
}

/** @param {number} count */
function bareLoop(count) {
  const hmac = makeMaterial('HS256')
  if (!hmac) throw new Error('an algorithm of every runtime is missing')
  return bareVerifyLoop(floor, hmac, makeTokens(hmac, count))
}

/** @param {ReturnType<typeof mixedEntries>} entries */
async function loaded(entries) {
  const revocation = createRevocation({
    store: readOnce([...entries]),
    issuer,
    accessTtl,
    // Nothing is confirmed while slices without a pause are measured.
    maxStaleness: '1h',
  })
  await revocation.start()
  return revocation
}

/**
 * For the set and the maps: the time without the making of the text that they are asked about.
 *
 * @param {ReadonlyMap<string, number[]>} times
 */
function withoutMaking(times) {
  const made = times.get(making)
  return new Map(
    [...times]
      .filter(([name]) => name !== making)
      .map(([name, each]) => [
        name,
        /^(Set|Map)/.test(name)
          ? each.map((time, round) => Math.max(1, time - (made?.[round] ?? 0)))
          : each,
      ]),
  )
}

/** @type {(place: Place) => Promise<readonly Measurement[]>} */
async function http({ context: { effort, tokens }, count, client, url }) {
  // 500 different tokens and slices of half a second in a full run.
  const extent = { rounds: Math.min(15, effort.rounds), ms: Math.max(250, effort.sliceMs * 125) }
  const { trust, good, bad } = await tokensOver(count, url, Math.min(500, tokens))
  await client.set(redisKey(revokedId), '1')
  const names = ['jotgate', verifyOnly, 'Redis GET']
  const servers = await measureServers({
    framework: 'revocation',
    names,
    tokens: { trust, good, bad },
    extent,
    badFor: (name) => (name === verifyOnly ? `${bad}A` : bad),
  })
  const only = servers.find(({ name }) => name === verifyOnly)
  if (!only) throw new Error('the server that asks nobody was not measured')
  const added = servers
    .filter((each) => each !== only)
    .map(({ name, cpu }) => {
      return /** @type {const} */ ([
        name,
        cpu.map((time, round) => Math.max(1, time - (only.cpu[round] ?? 0))),
      ])
    })
  const suite = 'revocation'
  return [
    {
      suite,
      name: 'revocation: node:http, added',
      note: `server's processor time a request, beyond that of verifying HS256 alone; ${String(count)} entries of five kinds`,
      base: 'Redis GET',
      times: new Map(added),
    },
    {
      suite,
      name: 'revocation: node:http, whole request',
      note: 'time a request under load, by the clock: the inverse of throughput',
      base: verifyOnly,
      times: new Map(servers.map(({ name, wall }) => [name, wall])),
    },
  ]
}

/**
 * Tokens with every name that there can be an entry of; the bad one is good but for being revoked.
 *
 * @param {number} entries
 * @param {string} redis
 * @param {number} count
 */
async function tokensOver(entries, redis, count) {
  const secret = randomUUID() + randomUUID()
  const key = hmacKey(Buffer.from(secret), 'HS256')
  const sign = createSigner({
    key,
    issuer: material.issuer,
    audience: material.audience,
    expiresIn: '1h',
    replaceable: ['jti'],
  })
  const make = (/** @type {string} */ jti) =>
    sign({ jti, sub: randomUUID(), sid: randomUUID(), client_id: 'web' })
  const good = await Promise.all(Array.from({ length: count }, () => make(randomUUID())))
  /** @type {material.Trust} */
  const trust = { alg: 'HS256', secret, revoked: { redis, count: entries } }
  return { trust, good, bad: await make(revokedId) }
}

/** @type {(place: Place) => Promise<readonly Measurement[]>} */
async function memory({ context: { effort }, count }) {
  const rounds = Math.max(1, Math.ceil(effort.rounds / 4))
  const nothing = await holding('nothing', count, rounds)
  const own = await holding('jotgate', count, rounds)
  const set = await holding('Set<string>', count, rounds)
  const maps = await holding('Map per kind', count, rounds)
  const beyond = (/** @type {readonly number[]} */ each) =>
    each.map((ms, round) => Math.max(0.01, ms - (nothing.gcMs[round] ?? 0)))
  const limit = (/** @type {number} */ value) => own.gcMs.map(() => value)
  const [suite, ids] = ['revocation', `${String(count)} UUIDs`]
  return [
    {
      suite,
      name: 'revocation: memory an entry',
      note: `${ids}, heap and what lies beside it, in a process of its own`,
      base: '48 B',
      unit: { name: 'B', of: 1 },
      times: new Map([
        ['jotgate', own.gcMs.map(() => own.bytes)],
        ['Set<string>', own.gcMs.map(() => set.bytes)],
        ['Map per kind', own.gcMs.map(() => maps.bytes)],
        ['48 B', limit(48)],
      ]),
    },
    {
      suite,
      name: 'revocation: full garbage collection, added',
      note: `${ids}, beyond that of a process that holds none`,
      base: '10 ms',
      unit: milliseconds,
      times: new Map([
        ['jotgate', beyond(own.gcMs)],
        ['Set<string>', beyond(set.gcMs)],
        ['Map per kind', beyond(maps.gcMs)],
        ['10 ms', limit(10)],
      ]),
    },
  ]
}

/** @type {(place: Place) => Promise<readonly Measurement[]>} */
async function loads({ count, client, url }) {
  await client.flushall()
  const store = redisStores(client, { prefix: 'jotgate-bench', deadlineMs: 10_000 }).revocations
  const entries = tokenEntries(count)
  while (entries.length > 0) await store.add(entries.splice(-5000))
  const { bare, load, back } = await loading(url, count)
  const lag = (/** @type {number} */ ms) =>
    `the event loop was held up for at most ${ms.toFixed(0)} ms in one piece`
  return [
    {
      suite: 'revocation',
      name: 'revocation: loading from Redis',
      note: `${String(count)} UUIDs; ${lag(load.lagMs)}, by reading alone ${bare.lagMs.toFixed(0)} ms`,
      base: 'reading alone',
      unit: milliseconds,
      times: new Map([
        ['jotgate', [load.ms]],
        ['reading alone', [bare.ms]],
      ]),
    },
    {
      suite: 'revocation',
      name: 'revocation: putting back after FLUSHALL',
      note: `from the FLUSHALL until Redis holds all ${String(count)} again; ${lag(back.lagMs)}`,
      base: 'reading alone',
      unit: milliseconds,
      times: new Map([
        ['jotgate', [back.ms]],
        ['reading alone', [bare.ms]],
      ]),
    },
  ]
}

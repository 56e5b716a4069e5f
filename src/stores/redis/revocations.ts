import { randomBytes } from 'node:crypto'
import type {
  FeedRequest,
  RevocationEntry,
  RevocationFeed,
  RevocationName,
  RevocationStore,
  StoreAnswer,
} from '../../revocation/ports.js'
import { unavailable } from '../../foundation/ask-store.js'
import { redisClock } from './clock.js'
import { requireNoEviction } from './eviction.js'
import type { RedisPort, RedisReply } from './port.js'
import { textsOf } from './reply.js'
import { followStream } from './revocation-feed.js'
import {
  addInputs,
  needsCutOff,
  nameText,
  revocationKeys,
  scriptKeys,
  scriptBatch,
  toArgs,
  toEntry,
  type RevocationKeys,
} from './revocation-record.js'
import { addScript, askScript, openScript, sweepScript } from './revocation-scripts.js'
import { runOn, type Confirmed } from './confirmed.js'

/** What {@link redisRevocations} needs. */
export interface RevocationParts {
  readonly port: RedisPort
  readonly prefix: string
  /** Writes that wait for replicas. */
  readonly confirmed: Confirmed
}

/**
 * Revocations in Redis: a sorted set of names by expiry, and a stream of added entries, numbered so that a gap is noticed.
 * No key has a TTL: entries are removed only by `sweep`.
 */
export function redisRevocations({ port, prefix, confirmed }: RevocationParts): RevocationStore {
  const keys = revocationKeys(prefix)
  return {
    ...redisClock(port, keys.stream),
    add: async (entries: readonly RevocationEntry[]) => {
      for (const input of addInputs(keys, entries)) await confirmed.run(addScript, input)
    },
    find: (names: readonly RevocationName[]) => find(port, keys, names.map(nameText)),
    ask: async ({ issuer, names }) => {
      const texts = names.map(nameText)
      const input = { keys: scriptKeys(keys), args: [issuer, ...texts] }
      return readAnswer(texts, await confirmed.run(askScript, input))
    },
    open: (request: FeedRequest) => open({ port, keys, confirmed }, request),
    sweep: async (before: number) => {
      let count = 0
      for (;;) {
        const args = [before, scriptBatch]
        const removed = Number(await port.run(sweepScript, { keys: scriptKeys(keys), args }))
        count += removed
        if (removed < scriptBatch) return count
      }
    },
  }
}

async function find(
  port: RedisPort,
  keys: RevocationKeys,
  names: readonly string[],
): Promise<readonly RevocationEntry[]> {
  if (names.length === 0) return []
  // In this order: a name with an expiry has its cut-off too, unless the entry was swept in between.
  const expiries = textsOf(await port.command(keys.expiries, ['ZMSCORE', keys.expiries, ...names]))
  const cutOffs = textsOf(await port.command(keys.cutOffs, ['HMGET', keys.cutOffs, ...names]))
  return names.flatMap((name, i) => {
    const [expiry, cutOff] = [expiries[i], cutOffs[i]]
    if (typeof expiry !== 'string' || (needsCutOff(name) && cutOff === null)) return []
    return [toEntry(name, expiry, cutOff)]
  })
}

/** @throws AuthError STORE_UNAVAILABLE for a server that is no primary, or has no epoch */
function readAnswer(names: readonly string[], reply: RedisReply): StoreAnswer {
  if (reply === null)
    throw unavailable(new Error('the server is no primary, or has no epoch of the issuer'))
  const [epoch, ...times] = textsOf(reply)
  if (typeof epoch !== 'string') throw new TypeError('Redis did not answer with an epoch')
  const entries = names.flatMap((name, i) => {
    const [expiry, cutOff] = [times[2 * i], times[2 * i + 1]]
    if (!expiry || (needsCutOff(name) && !cutOff)) return []
    return [toEntry(name, expiry, cutOff)]
  })
  return { epoch, entries }
}

interface OpenParts {
  readonly port: RedisPort
  readonly keys: RevocationKeys
  readonly confirmed: Confirmed
}

/** Opens both connections of a feed: one for commands, one that waits for messages. */
async function open(
  { port, keys, confirmed }: OpenParts,
  request: FeedRequest,
): Promise<RevocationFeed> {
  const commands = await port.connect(keys.stream)
  try {
    await requireNoEviction(commands)
    const newEpoch = randomBytes(16).toString('base64url')
    const { firstEntry } = request
    const args = [firstEntry.issuer, newEpoch, ...toArgs(firstEntry)]
    const [epoch, id, count] = textsOf(
      await runOn(commands, openScript, { keys: scriptKeys(keys), args }),
    )
    if (typeof epoch !== 'string' || typeof id !== 'string')
      throw new TypeError('Redis did not answer with the position of the stream')
    const messages = await port.connect(keys.stream)
    return followStream({
      ...{ commands, messages, keys, confirmed, listener: request.listener },
      start: {
        ...{ epoch, id, number: Number(count), issuer: firstEntry.issuer },
        isNewEpoch: epoch === newEpoch,
      },
    })
  } catch (error) {
    commands.close()
    throw error
  }
}

import { randomBytes } from 'node:crypto'
import type {
  FeedRequest,
  RevocationEntry,
  RevocationFeed,
  RevocationName,
  RevocationStore,
} from '../../revocation/ports.js'
import { requireNoEviction } from './eviction.js'
import type { RedisPort } from './port.js'
import { textsOf } from './reply.js'
import { followStream } from './revocation-feed.js'
import {
  addInputs,
  hasCutOff,
  nameText,
  revocationKeys,
  scriptKeys,
  scriptSlice,
  toArgs,
  toEntry,
  type RevocationKeys,
} from './revocation-record.js'
import { addScript, openScript, sweepScript } from './revocation-scripts.js'
import { runOn, type Confirmed } from './confirmed.js'

/** What revocations in Redis are built from. */
export interface RevocationParts {
  readonly port: RedisPort
  readonly prefix: string
  /** Writes that go down one connection and wait for replicas. */
  readonly confirmed: Confirmed
}

/**
 * Revocations in Redis: a sorted set of names by expiry, and a stream of what was added, numbered so that a gap shows.
 * Nothing here expires by itself, or is ever taken for gone because the connection is.
 */
export function redisRevocations({ port, prefix, confirmed }: RevocationParts): RevocationStore {
  const keys = revocationKeys(prefix)
  return {
    add: async (entries: readonly RevocationEntry[]) => {
      for (const input of addInputs(keys, entries)) await confirmed.run(addScript, input)
    },
    find: (names: readonly RevocationName[]) => find(port, keys, names.map(nameText)),
    open: (request: FeedRequest) => open({ port, keys, confirmed }, request),
    sweep: async (before: number) => {
      let count = 0
      for (;;) {
        const args = [before, scriptSlice]
        const removed = Number(await port.run(sweepScript, { keys: scriptKeys(keys), args }))
        count += removed
        if (removed < scriptSlice) return count
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
  // In this order: what has an expiry has its cut-off too, unless it has been swept since, and then it is gone.
  const expiries = textsOf(await port.command(keys.expiries, ['ZMSCORE', keys.expiries, ...names]))
  const cutOffs = textsOf(await port.command(keys.cutOffs, ['HMGET', keys.cutOffs, ...names]))
  return names.flatMap((name, i) => {
    const [expiry, cutOff] = [expiries[i], cutOffs[i]]
    if (typeof expiry !== 'string' || (hasCutOff(name) && cutOff === null)) return []
    return [toEntry(name, expiry, cutOff)]
  })
}

interface Place {
  readonly port: RedisPort
  readonly keys: RevocationKeys
  readonly confirmed: Confirmed
}

/** Opens both connections of a feed: one that waits for news, one that asks and writes. */
async function open(
  { port, keys, confirmed }: Place,
  request: FeedRequest,
): Promise<RevocationFeed> {
  const asking = await port.connect(keys.stream)
  try {
    await requireNoEviction(asking)
    const own = randomBytes(16).toString('base64url')
    const { whenNew } = request
    const args = [whenNew.issuer, own, ...toArgs(whenNew)]
    const [epoch, id, count] = textsOf(
      await runOn(asking, openScript, { keys: scriptKeys(keys), args }),
    )
    if (typeof epoch !== 'string' || typeof id !== 'string')
      throw new TypeError('Redis did not say where its stream stands')
    const following = await port.connect(keys.stream)
    return followStream({
      ...{ asking, following, keys, confirmed, listener: request.listener },
      place: { epoch, id, number: Number(count), issuer: whenNew.issuer, begun: epoch === own },
    })
  } catch (error) {
    asking.close()
    throw error
  }
}

import { randomBytes } from 'node:crypto'
import type { FeedListener, RevocationEntry, RevocationFeed } from '../../revocation/ports.js'
import { unavailable } from '../../foundation/ask-store.js'
import { within } from '../../foundation/deadline.js'
import { runOn, type Confirmed } from './confirmed.js'
import type { RedisConnection, RedisReply, StreamEntry } from './port.js'
import { textsOf } from './reply.js'
import {
  addInputs,
  hasCutOff,
  scriptKeys,
  toEntry,
  toMessage,
  type RevocationKeys,
} from './revocation-record.js'
import { addScript, markScript } from './revocation-scripts.js'

/** What a feed is built from. */
export interface StreamParts {
  /** Asks and writes. */
  readonly asking: RedisConnection
  /** Does nothing but wait for messages. */
  readonly following: RedisConnection
  readonly keys: RevocationKeys
  readonly confirmed: Confirmed
  readonly listener: FeedListener
  readonly place: StreamPlace
}

/** Where a feed begins. */
export interface StreamPlace {
  readonly epoch: string
  readonly begun: boolean
  readonly issuer: string
  /** Id and number of the last message before. */
  readonly id: string
  readonly number: number
}

/** Milliseconds after which a follower asks again. */
const blockMs = 1000
/** Names in one piece of a snapshot, about. */
const slice = '1000'

/** Follows the stream from a place, until something is missing or a connection is gone. */
export function followStream(parts: StreamParts): RevocationFeed {
  const { asking, following, listener, place } = parts
  const marks = new Map<string, () => void>()
  let ended = false

  const end = (): void => {
    ended = true
    asking.close()
    following.close()
  }
  const lose = (cause: unknown): void => {
    if (ended) return
    end()
    listener.lost(cause)
  }
  const orLose = async (work: () => Promise<void>): Promise<void> => {
    try {
      if (ended) throw new Error('the feed has ended')
      await work()
    } catch (cause) {
      lose(cause)
      throw unavailable(cause)
    }
  }
  for (const { closed } of [asking, following])
    void closed.then(() => {
      lose(new Error('a connection of the feed is closed'))
    })
  void follow(parts, { hasEnded: () => ended, pass: (mark) => marks.get(mark)?.() }).catch(lose)
  return {
    epoch: place.epoch,
    begun: place.begun,
    snapshot: (now) => snapshot(parts, now, lose),
    beat: () => orLose(() => beat(parts, marks)),
    add: (entries) => orLose(() => add(parts, entries)),
    close: end,
  }
}

/** Down the connection whose server the heartbeats ask. */
async function add(
  { asking, keys, confirmed }: StreamParts,
  entries: readonly RevocationEntry[],
): Promise<void> {
  for (const input of addInputs(keys, entries)) {
    await runOn(asking, addScript, input)
    await confirmed.wait(asking)
  }
}

/** A mark is written, and seen by the follower behind all that was there before. */
async function beat(parts: StreamParts, marks: Map<string, () => void>): Promise<void> {
  const mark = randomBytes(9).toString('base64url')
  const passed = new Promise<void>((resolve) => marks.set(mark, resolve))
  try {
    await askPrimary(parts, mark)
    const late = () => new Error('a heartbeat did not come back in time')
    await within(blockMs, () => passed, { late })
  } finally {
    marks.delete(mark)
  }
}

/** Writes the mark, at a server that is a primary, knows this epoch, and has as many replicas as are asked for. */
async function askPrimary(parts: StreamParts, mark: string): Promise<void> {
  const { asking, keys, confirmed, place } = parts
  const role = await asking.command(['ROLE'])
  if (!Array.isArray(role) || role[0] !== 'master')
    throw new Error('the server is no primary any more')
  const input = { keys: scriptKeys(keys), args: [place.issuer, mark] }
  if ((await runOn(asking, markScript, input)) !== place.epoch)
    throw new Error('the store has begun a new epoch')
  await confirmed.wait(asking)
}

interface Following {
  readonly hasEnded: () => boolean
  readonly pass: (mark: string) => void
}

/** Hands out what comes, in order; a message without the number that follows is a gap. */
async function follow(parts: StreamParts, { hasEnded, pass }: Following): Promise<void> {
  const { following, keys, listener, place } = parts
  let { id, number } = place
  while (!hasEnded()) {
    const found = await following.readStream(keys.stream, id, blockMs)
    if (hasEnded()) return
    for (const message of found) {
      const fields = readMessage(message)
      if (fields.number !== number + 1) throw new Error('messages of the stream are missing')
      if (fields.entry) listener.add([fields.entry])
      if (fields.mark !== undefined) pass(fields.mark)
      ;({ id } = message)
      number++
    }
  }
}

interface Message {
  readonly number: number
  readonly entry: RevocationEntry | undefined
  readonly mark: string | undefined
}

/**
 * Fields that are not known here are the next release's. A message that is neither an entry nor a mark may refuse something:
 * a release that adds another kind gives it a `mark` too, by which this one passes over it.
 *
 * @throws TypeError for a message of a kind that is not known here
 */
function readMessage({ fields }: StreamEntry): Message {
  const message = toMessage(fields)
  const name = message.get('name')
  if (name === undefined && !message.has('mark'))
    throw new TypeError('the stream holds a message of a kind that is not known here')
  return {
    number: Number(message.get('n')),
    entry:
      name === undefined ? undefined : toEntry(name, message.get('expiry'), message.get('cutOff')),
    mark: message.get('mark'),
  }
}

/** Goes through the set by cursor: whatever is in it from the beginning to the end is given at least once. */
async function* snapshot(
  { asking, keys }: StreamParts,
  now: number,
  lose: (cause: unknown) => void,
): AsyncGenerator<readonly RevocationEntry[]> {
  let cursor = '0'
  try {
    do {
      const reply = await asking.command(['ZSCAN', keys.expiries, cursor, 'COUNT', slice])
      const [next, pairs] = pageOf(reply)
      cursor = next
      yield await toEntries({ asking, keys }, pairs, now)
    } while (cursor !== '0')
  } catch (cause) {
    lose(cause)
    throw unavailable(cause)
  }
}

function pageOf(reply: RedisReply): readonly [cursor: string, pairs: RedisReply] {
  if (Array.isArray(reply)) {
    const [cursor, pairs] = reply as readonly RedisReply[] // Array.isArray forgets the members' type
    if (typeof cursor === 'string' && pairs !== undefined) return [cursor, pairs]
  }
  throw new TypeError('Redis did not give a page of a set')
}

async function toEntries(
  { asking, keys }: Pick<StreamParts, 'asking' | 'keys'>,
  pairs: RedisReply,
  now: number,
): Promise<readonly RevocationEntry[]> {
  const texts = textsOf(pairs)
  const live = new Map<string, string>()
  for (let i = 0; i + 1 < texts.length; i += 2)
    if (Number(texts[i + 1]) > now) live.set(texts[i] ?? '', texts[i + 1] ?? '')
  const cut = [...live.keys()].filter(hasCutOff)
  const cutOffs =
    cut.length === 0 ? [] : textsOf(await asking.command(['HMGET', keys.cutOffs, ...cut]))
  const cutOffOf = new Map(cut.map((name, i) => [name, cutOffs[i]]))
  return [...live].flatMap(([name, expiry]) => {
    const cutOff = cutOffOf.get(name)
    // Swept between the two questions.
    return cutOff === null ? [] : [toEntry(name, expiry, cutOff)]
  })
}

import { randomBytes } from 'node:crypto'
import type { FeedListener, RevocationEntry, RevocationFeed } from '../../revocation/ports.js'
import { unavailable } from '../../foundation/ask-store.js'
import { within } from '../../foundation/deadline.js'
import { runOn, type Confirmed } from './confirmed.js'
import type { RedisConnection, RedisReply, StreamEntry } from './port.js'
import { textsOf } from './reply.js'
import {
  addInputs,
  mayHaveCutOff,
  needsCutOff,
  scriptKeys,
  toEntry,
  toMessage,
  type RevocationKeys,
} from './revocation-record.js'
import { addScript, markScript } from './revocation-scripts.js'

/** What {@link followStream} needs. */
export interface StreamParts {
  /** For commands: heartbeats, writes and the snapshot. */
  readonly commands: RedisConnection
  /** Only waits for messages of the stream. */
  readonly messages: RedisConnection
  readonly keys: RevocationKeys
  readonly confirmed: Confirmed
  readonly listener: FeedListener
  readonly start: StreamStart
}

/** Where a feed starts in the stream. */
export interface StreamStart {
  readonly epoch: string
  readonly isNewEpoch: boolean
  readonly issuer: string
  /** Id and number of the last message before the start. */
  readonly id: string
  readonly number: number
}

/** Milliseconds for which one read waits for messages. */
const blockMs = 1000
/** Names in one page of a snapshot, approximately. */
const pageSize = '1000'

/** Follows the stream from a position until a message is missing or a connection is closed. */
export function followStream(parts: StreamParts): RevocationFeed {
  const { commands, messages, listener, start } = parts
  const marks = new Map<string, () => void>()
  let ended = false

  const end = (): void => {
    ended = true
    commands.close()
    messages.close()
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
  for (const { closed } of [commands, messages])
    void closed.then(() => {
      lose(new Error('a connection of the feed is closed'))
    })
  void follow(parts, { hasEnded: () => ended, onMark: (mark) => marks.get(mark)?.() }).catch(lose)
  return {
    epoch: start.epoch,
    isNewEpoch: start.isNewEpoch,
    snapshot: (now) => snapshot(parts, now, lose),
    heartbeat: () => orLose(() => sendHeartbeat(parts, marks)),
    add: (entries) => orLose(() => add(parts, entries)),
    close: end,
  }
}

/** On the connection that the heartbeats use, so that both are about the same server. */
async function add(
  { commands, keys, confirmed }: StreamParts,
  entries: readonly RevocationEntry[],
): Promise<void> {
  for (const input of addInputs(keys, entries)) {
    await runOn(commands, addScript, input)
    await confirmed.wait(commands)
  }
}

/** Writes a mark to the stream and waits until it arrives: every message before it has been delivered then. */
async function sendHeartbeat(parts: StreamParts, marks: Map<string, () => void>): Promise<void> {
  const mark = randomBytes(9).toString('base64url')
  const arrived = new Promise<void>((resolve) => marks.set(mark, resolve))
  try {
    await writeMark(parts, mark)
    const late = () => new Error('a heartbeat did not come back in time')
    await within(blockMs, () => arrived, { late })
  } finally {
    marks.delete(mark)
  }
}

/** Writes the mark to a server that must be a primary, have this epoch, and reach the configured number of replicas. */
async function writeMark(parts: StreamParts, mark: string): Promise<void> {
  const { commands, keys, confirmed, start } = parts
  const role = await commands.command(['ROLE'])
  if (!Array.isArray(role) || role[0] !== 'master')
    throw new Error('the server is no longer a primary')
  const input = { keys: scriptKeys(keys), args: [start.issuer, mark] }
  if ((await runOn(commands, markScript, input)) !== start.epoch)
    throw new Error('the store has started a new epoch')
  await confirmed.wait(commands)
}

interface FollowHooks {
  readonly hasEnded: () => boolean
  readonly onMark: (mark: string) => void
}

/** Delivers messages in order. Their numbers are consecutive: any other number is a gap. */
async function follow(parts: StreamParts, { hasEnded, onMark }: FollowHooks): Promise<void> {
  const { messages, keys, listener, start } = parts
  let { id, number } = start
  while (!hasEnded()) {
    const found = await messages.readStream(keys.stream, id, blockMs)
    if (hasEnded()) return
    for (const message of found) {
      const fields = readMessage(message)
      if (fields.number !== number + 1) throw new Error('messages of the stream are missing')
      if (fields.entry) listener.add([fields.entry])
      if (fields.mark !== undefined) onMark(fields.mark)
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

/** Scans the set by cursor. ZSCAN returns every name that is in the set all the time at least once. */
async function* snapshot(
  { commands, keys }: StreamParts,
  now: number,
  lose: (cause: unknown) => void,
): AsyncGenerator<readonly RevocationEntry[]> {
  let cursor = '0'
  try {
    do {
      const reply = await commands.command(['ZSCAN', keys.expiries, cursor, 'COUNT', pageSize])
      const [next, pairs] = pageOf(reply)
      cursor = next
      yield await toEntries({ commands, keys }, pairs, now)
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
  throw new TypeError('Redis did not answer ZSCAN with a cursor and a list')
}

async function toEntries(
  { commands, keys }: Pick<StreamParts, 'commands' | 'keys'>,
  pairs: RedisReply,
  now: number,
): Promise<readonly RevocationEntry[]> {
  const texts = textsOf(pairs)
  const live = new Map<string, string>()
  for (let i = 0; i + 1 < texts.length; i += 2)
    if (Number(texts[i + 1]) > now) live.set(texts[i] ?? '', texts[i + 1] ?? '')
  const namesWithCutOff = [...live.keys()].filter(mayHaveCutOff)
  const cutOffs =
    namesWithCutOff.length === 0
      ? []
      : textsOf(await commands.command(['HMGET', keys.cutOffs, ...namesWithCutOff]))
  const cutOffOf = new Map(namesWithCutOff.map((name, i) => [name, cutOffs[i]]))
  return [...live].flatMap(([name, expiry]) => {
    const cutOff = cutOffOf.get(name)
    // The entry was swept between the two commands.
    return cutOff === null && needsCutOff(name) ? [] : [toEntry(name, expiry, cutOff)]
  })
}

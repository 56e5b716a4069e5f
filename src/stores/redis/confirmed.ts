import { unavailable } from '../../foundation/ask-store.js'
import type { RedisConnection, RedisPort, RedisReply, RedisScript, ScriptInput } from './port.js'

/** Writes that are confirmed by a configured number of replicas. */
export interface Confirmed {
  /** Runs a script. It must be harmless if it runs late or twice. @throws AuthError STORE_UNAVAILABLE, also for too few replicas */
  run(script: RedisScript, input: ScriptInput): Promise<RedisReply>
  /** Waits until replicas have confirmed all writes of this connection. @throws AuthError STORE_UNAVAILABLE */
  wait(connection: RedisConnection): Promise<void>
}

/** How many replicas must confirm a write, and how long to wait for them. */
export interface ReplicaPolicy {
  /** 0: do not wait. */
  readonly minReplicas: number
  readonly deadlineMs: number
}

/**
 * With `minReplicas` 0 a script runs like any other. Otherwise it runs on a dedicated connection, followed by WAIT, which
 * covers the writes of that connection.
 *
 * @example await confirmedWrites(port, { minReplicas: 1, deadlineMs: 1000 }).run(addScript, input)
 */
export function confirmedWrites(port: RedisPort, policy: ReplicaPolicy): Confirmed {
  const { minReplicas, deadlineMs } = policy
  const wait = async (connection: RedisConnection): Promise<void> => {
    if (minReplicas === 0) return
    const args = ['WAIT', String(minReplicas), String(deadlineMs)]
    const reached = await connection.command(args, { deadlineMs: 2 * deadlineMs })
    if (Number(reached) < minReplicas)
      throw unavailable(new Error('fewer replicas than minReplicas have confirmed the write'))
  }
  const shared = sharedConnection(port)
  return {
    wait,
    run: async (script, input) => {
      if (minReplicas === 0) return port.run(script, input)
      return shared.use(input.keys[0], async (connection) => {
        const reply = await runOn(connection, script, input)
        await wait(connection)
        return reply
      })
    },
  }
}

/** A deadline that never passes: the script may run whenever it arrives. */
const noDeadline = String(Number.MAX_SAFE_INTEGER)

/** Runs a script on a connection that is never reopened, so that no command is sent twice. */
export async function runOn(
  connection: RedisConnection,
  { text }: RedisScript,
  { keys, args }: ScriptInput,
): Promise<RedisReply> {
  const rest = [String(keys.length), ...keys, ...args.map(String), noDeadline]
  const answer = await connection.command(['EVAL', text, ...rest])
  if (!Array.isArray(answer) || answer[0] !== 'done')
    throw new TypeError('a script did not answer that it is done')
  return (answer as readonly RedisReply[])[2] ?? null // Array.isArray forgets the members' type
}

/** Milliseconds after which an unused connection is closed: it would keep the process alive. */
const idleMs = 1000

/** One connection for all writes, opened when needed, and closed after any failed write. */
function sharedConnection(port: RedisPort) {
  let current: Promise<RedisConnection> | undefined
  let users = 0
  let idle: NodeJS.Timeout | undefined
  const forget = (opening: Promise<RedisConnection> | undefined): void => {
    // Another connection may have replaced it since.
    if (current === opening) current = undefined
  }
  const close = (opening: Promise<RedisConnection> | undefined): void => {
    forget(opening)
    opening?.then(closeIt, () => undefined)
  }
  const closeIdle = (): void => {
    close(current)
  }
  const open = (key: string): Promise<RedisConnection> => {
    const opening = port.connect(key)
    current = opening
    const gone = (): void => {
      forget(opening)
    }
    opening.then(async ({ closed }) => closed.then(gone), gone)
    return opening
  }
  const use = async <T>(key: string, work: (connection: RedisConnection) => Promise<T>) => {
    clearTimeout(idle)
    users++
    const opening = current ?? open(key)
    try {
      return await work(await opening)
    } catch (error) {
      close(opening)
      throw error
    } finally {
      users--
      if (users === 0) idle = setTimeout(closeIdle, idleMs).unref()
    }
  }
  return { use }
}

function closeIt(connection: RedisConnection): void {
  connection.close()
}

import { unavailable } from '../../foundation/ask-store.js'
import type { RedisConnection, RedisPort, RedisReply, RedisScript, ScriptInput } from './port.js'

/** Writes that as many replicas have taken over as were asked for. */
export interface Confirmed {
  /** Runs a script that may run late, or twice. @throws AuthError STORE_UNAVAILABLE, also for too few replicas */
  run(script: RedisScript, input: ScriptInput): Promise<RedisReply>
  /** Waits for the replicas of what went down that connection. @throws AuthError STORE_UNAVAILABLE */
  wait(connection: RedisConnection): Promise<void>
}

/** How long replicas are waited for, and how many. */
export interface ReplicaPolicy {
  /** 0: nobody is waited for. */
  readonly minReplicas: number
  readonly deadlineMs: number
}

/**
 * Without replicas a script runs as any other. With them it goes down a connection of its own, and WAIT after it, which
 * speaks of what that connection wrote.
 */
export function confirmedWrites(port: RedisPort, policy: ReplicaPolicy): Confirmed {
  const { minReplicas, deadlineMs } = policy
  const wait = async (connection: RedisConnection): Promise<void> => {
    if (minReplicas === 0) return
    const args = ['WAIT', String(minReplicas), String(deadlineMs)]
    const reached = await connection.command(args, { deadlineMs: 2 * deadlineMs })
    if (Number(reached) < minReplicas)
      throw unavailable(
        new Error('fewer replicas than minReplicas have taken over what was written'),
      )
  }
  const line = oneConnection(port)
  return {
    wait,
    run: async (script, input) => {
      if (minReplicas === 0) return port.run(script, input)
      return line.use(input.keys[0], async (connection) => {
        const reply = await runOn(connection, script, input)
        await wait(connection)
        return reply
      })
    },
  }
}

/** Later than any time of any server: the script may run whenever it arrives. */
const whenever = String(Number.MAX_SAFE_INTEGER)

/** Runs a script on a connection of one life, where nothing is sent twice. */
export async function runOn(
  connection: RedisConnection,
  { text }: RedisScript,
  { keys, args }: ScriptInput,
): Promise<RedisReply> {
  const rest = [String(keys.length), ...keys, ...args.map(String), whenever]
  const answer = await connection.command(['EVAL', text, ...rest])
  if (!Array.isArray(answer) || answer[0] !== 'done')
    throw new TypeError('a script did not say that it is done')
  return (answer as readonly RedisReply[])[2] ?? null // Array.isArray forgets the members' type
}

/** Milliseconds after which a connection that nobody uses is closed: it would keep the process alive. */
const idleMs = 1000

/** One connection for all writes, opened when it is needed; whoever fails on it closes it. */
function oneConnection(port: RedisPort) {
  let current: Promise<RedisConnection> | undefined
  let users = 0
  let idle: NodeJS.Timeout | undefined
  const forget = (opening: Promise<RedisConnection> | undefined): void => {
    // Another one may have taken its place since.
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

/**
 * What the stores need of Redis, over whichever client the user has. Every command has its own deadline, whatever the
 * client does about lost connections: resend, queue, or leave a promise pending for ever.
 */

/** What Redis answers; text unless bytes were asked for. */
export type RedisReply = string | number | null | Uint8Array | readonly RedisReply[]

/** Redis, standalone, behind Sentinel, or a Cluster. Faults reject with `AuthError` `STORE_UNAVAILABLE`. */
export interface RedisPort {
  /** Whether different keys may live on different servers. */
  readonly sharded: boolean
  /** Runs one command on the primary that has the key. It may run twice, or late: not for what may not. */
  command(key: string, args: readonly string[]): Promise<RedisReply>
  /** Runs a script, whole or not at all, and never after the deadline has passed; it may run twice within that. */
  run(script: RedisScript, input: ScriptInput): Promise<RedisReply>
  /** Opens a connection of one's own to the primary that has the key, for blocking reads and for WAIT. */
  connect(key: string): Promise<RedisConnection>
}

/** A script in Lua; made by `redisScript`. */
export interface RedisScript {
  readonly text: string
  readonly sha1: string
}

/** What a script works on. All keys must have one hashtag, or a Cluster refuses them. */
export interface ScriptInput {
  readonly keys: readonly [string, ...string[]]
  readonly args: readonly (string | number)[]
}

/**
 * One connection with one life: it is never opened again and sends nothing twice. So two commands that were answered
 * went to the same server, in their order, and WAIT speaks of what was written before it.
 */
export interface RedisConnection {
  /**
   * Sends one command. Commands are answered in their order, so a blocking one delays those after it.
   *
   * @throws AuthError STORE_UNAVAILABLE; after a missed deadline the connection is closed
   */
  command(args: readonly string[], options?: ConnectionCommand): Promise<RedisReply>
  /**
   * Waits for entries of a stream after an id, `$` for those to come, at most that many milliseconds; none when there
   * were none.
   */
  readStream(key: string, after: string, blockMs: number): Promise<readonly StreamEntry[]>
  /** Closes at once; what waits for an answer rejects. */
  close(): void
  /** Resolves when the connection is gone, by whoever's hand. */
  readonly closed: Promise<void>
}

/** One entry of a stream. */
export interface StreamEntry {
  readonly id: string
  /** Names and values, one after the other. */
  readonly fields: readonly RedisReply[]
}

/** How to ask over a connection of one's own. */
export interface ConnectionCommand {
  /** Milliseconds; for a blocking command, its own time and then some. Default: the port's. */
  readonly deadlineMs?: number
  /** Whether text in the answer comes as bytes. Default false. */
  readonly bytes?: boolean
}

/** What a driver makes of a user's client. Nothing here has a deadline, and replies are as the client gives them. */
export interface RedisDriver {
  readonly sharded: boolean
  send(key: string, args: readonly string[]): Promise<unknown>
  /** For each primary a way to open a connection of one life to it. */
  primaries(): Promise<readonly (() => Promise<DriverConnection>)[]>
}

/** A connection of one life, as a driver opens it. */
export interface DriverConnection {
  send(args: readonly string[], bytes: boolean): Promise<unknown>
  destroy(): void
  onClose(listener: () => void): void
}

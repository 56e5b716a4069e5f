/**
 * What the stores need of Redis, whichever client is used. Every command has its own deadline, however the client
 * treats lost connections: it may resend, queue, or leave a promise pending forever.
 */

/** An answer of Redis; text unless bytes were requested. */
export type RedisReply = string | number | null | Uint8Array | readonly RedisReply[]

/** Redis: one server, Sentinel, or a Cluster. Failures reject with `AuthError` `STORE_UNAVAILABLE`. */
export interface RedisPort {
  /** Whether different keys may live on different servers. */
  readonly sharded: boolean
  /**
   * Runs one command on the primary that has the key. It may run twice or late: only for commands where that is
   * harmless.
   */
  command(key: string, args: readonly string[]): Promise<RedisReply>
  /** Runs a script, completely or not at all, and never after its deadline; until then it may run twice. */
  run(script: RedisScript, input: ScriptInput): Promise<RedisReply>
  /** Opens a dedicated connection to the primary that has the key, for blocking reads and for WAIT. */
  connect(key: string): Promise<RedisConnection>
}

/** A Lua script; made by `redisScript`. */
export interface RedisScript {
  readonly text: string
  readonly sha1: string
}

/** The input of a script. All keys must share one hash tag, or a Cluster refuses them. */
export interface ScriptInput {
  readonly keys: readonly [string, ...string[]]
  readonly args: readonly (string | number)[]
}

/**
 * A connection that never reconnects and sends nothing twice. So two answered commands went to the same server, in this
 * order, and WAIT covers the writes before it.
 */
export interface RedisConnection {
  /**
   * Sends one command. Commands are answered in order, so a blocking one delays the following ones.
   *
   * @throws AuthError STORE_UNAVAILABLE; after a missed deadline the connection is closed
   */
  command(args: readonly string[], options?: ConnectionCommand): Promise<RedisReply>
  /**
   * Waits at most `blockMs` milliseconds for entries of a stream after an id (`$`: only future ones); returns an empty
   * list when there were none.
   */
  readStream(key: string, after: string, blockMs: number): Promise<readonly StreamEntry[]>
  /** Closes at once; pending commands reject. */
  close(): void
  /** Resolves when the connection is closed, for any reason. */
  readonly closed: Promise<void>
}

/** One entry of a stream. */
export interface StreamEntry {
  readonly id: string
  /** Alternating names and values. */
  readonly fields: readonly RedisReply[]
}

/** Options of a command on a dedicated connection. */
export interface ConnectionCommand {
  /** Milliseconds; a blocking command needs its blocking time plus a margin. Default: the port's. */
  readonly deadlineMs?: number
  /** Whether text in the answer is returned as bytes. Default false. */
  readonly bytes?: boolean
}

/** An adapter for a user's client. It sets no deadlines, and passes replies on unchanged. */
export interface RedisDriver {
  readonly sharded: boolean
  send(key: string, args: readonly string[]): Promise<unknown>
  /** For each primary a function that opens a dedicated connection to it. */
  primaries(): Promise<readonly (() => Promise<DriverConnection>)[]>
}

/** A dedicated connection, as a driver opens it. */
export interface DriverConnection {
  send(args: readonly string[], bytes: boolean): Promise<unknown>
  destroy(): void
  onClose(listener: () => void): void
}

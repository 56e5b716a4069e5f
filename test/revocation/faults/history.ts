/** A recorded run of several processes under load. All times are milliseconds of one clock, {@link clockMs}. */
export interface History {
  /** Milliseconds: `maxStaleness` of the processes. */
  readonly maxStalenessMs: number
  /** Milliseconds by which the last heartbeat may be older than the fault: one interval and two deadlines. */
  readonly beatAgeMs: number
  /** A token's number is its index. */
  readonly tokens: readonly TokenFacts[]
  readonly revokes: readonly RevokeAttempt[]
  readonly uses: readonly Use[]
  readonly notes: readonly Note[]
  readonly faults: readonly Fault[]
}

/** Claims of a token by which it can be revoked. */
export interface TokenFacts {
  /** Unix time in seconds. */
  readonly iat: number
  readonly jti: string
  readonly sid: string
  readonly sub: string
  readonly client: string
}

/** What was to be revoked; for `sub`, tokens issued at or before a Unix time in seconds. */
export type Target =
  | { readonly kind: 'jti' | 'sid' | 'client'; readonly value: string }
  | { readonly kind: 'sub'; readonly value: string; readonly before: number }

/** One call of `revoke` in one process. */
export interface RevokeAttempt {
  readonly node: string
  readonly target: Target
  readonly asked: number
  readonly answered: number
  /** 204 when it was acknowledged; 0 when there was no answer. */
  readonly status: number
}

/** One request with a token to a protected path of one process. */
export interface Use {
  readonly node: string
  /** The number of the token. */
  readonly token: number
  readonly began: number
  readonly ended: number
  /** 0 when there was no answer. */
  readonly status: number
  readonly retryAfter: boolean
  /** Whether this use was after the fault and after everything had settled. */
  readonly last: boolean
}

/**
 * Something that happened in a process. `started`: the program was started; `stalled`: it got no processor time for `ms`;
 * `unanswered`: its store has not answered it for `ms`; `exited`: it ended unexpectedly. The others are events of `createRevocation`.
 */
export interface Note {
  readonly node: string
  readonly at: number
  /** Unix time in seconds. */
  readonly wall: number
  readonly what:
    | 'started'
    | 'ready'
    | 'lost'
    | 'recovered'
    | 'storeReset'
    | 'restored'
    | 'stalled'
    | 'unanswered'
    | 'exited'
  readonly ms?: number
}

/** A fault of the store, or of the network to it. */
export interface Fault {
  /** The processes that it affects. */
  readonly nodes: readonly string[]
  /** The fault starts here or later. */
  readonly from: number
  /** From here until `healing` none of these processes can reach a store; absent if some may. */
  readonly cutFrom?: number
  /** The repair starts here or later. */
  readonly healing: number
  /** The repair is complete. */
  readonly healed: number
  /** Whether the store lost its epoch too: tokens issued before the new epoch are refused. */
  readonly everythingLost: boolean
}

/** A clock that never jumps and that all processes of a machine share. */
export function clockMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000
}

/** Finds the attempts to revoke a token. */
export function createFinder(
  revokes: readonly RevokeAttempt[],
): (token: TokenFacts) => readonly RevokeAttempt[] {
  const byName = new Map<string, RevokeAttempt[]>()
  for (const attempt of revokes) {
    const name = `${attempt.target.kind} ${attempt.target.value}`
    byName.set(name, [...(byName.get(name) ?? []), attempt])
  }
  return (token) =>
    namesOf(token).flatMap((name) =>
      (byName.get(name) ?? []).filter(
        ({ target }) => target.kind !== 'sub' || token.iat <= target.before,
      ),
    )
}

function namesOf({ jti, sid, sub, client }: TokenFacts): readonly string[] {
  return [`jti ${jti}`, `sid ${sid}`, `sub ${sub}`, `client ${client}`]
}

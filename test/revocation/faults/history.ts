/** What was seen of several processes under a load, on one clock: milliseconds, of {@link clockMs}. */
export interface History {
  /** Milliseconds: `maxStaleness` of the processes. */
  readonly maxStalenessMs: number
  /** Milliseconds by which the last heartbeat may be older than the fault: one pause and two deadlines. */
  readonly beatAgeMs: number
  /** By their number. */
  readonly tokens: readonly TokenFacts[]
  readonly revokes: readonly RevokeAttempt[]
  readonly uses: readonly Use[]
  readonly notes: readonly Note[]
  readonly faults: readonly Fault[]
}

/** Of a token, what a revocation can be about. */
export interface TokenFacts {
  /** Unix time in seconds. */
  readonly iat: number
  readonly jti: string
  readonly sid: string
  readonly sub: string
  readonly client: string
}

/** What was to be revoked; `sub` with what was issued at or before a Unix time in seconds. */
export type Target =
  | { readonly kind: 'jti' | 'sid' | 'client'; readonly value: string }
  | { readonly kind: 'sub'; readonly value: string; readonly before: number }

/** One attempt to revoke, at one process. */
export interface RevokeAttempt {
  readonly node: string
  readonly target: Target
  readonly asked: number
  readonly answered: number
  /** 204 when it was acknowledged; 0 when there was no answer. */
  readonly status: number
}

/** One request with a token to the protected path of one process. */
export interface Use {
  readonly node: string
  /** The number of the token. */
  readonly token: number
  readonly began: number
  readonly ended: number
  /** 0 when there was no answer. */
  readonly status: number
  readonly retryAfter: boolean
  /** Whether everything was healed, and had time to settle. */
  readonly last: boolean
}

/**
 * What a process said of itself, or was seen to do. `started`: the program was started; `stalled`: it was not given the
 * processor for `ms`; `exited`: its end, which nobody had ordered. The others are events of the revocation.
 */
export interface Note {
  readonly node: string
  readonly at: number
  /** Unix time in seconds. */
  readonly wall: number
  readonly what:
    'started' | 'ready' | 'lost' | 'recovered' | 'beganAnew' | 'putBack' | 'stalled' | 'exited'
  readonly ms?: number
}

/** Something that was done to the store, or to the way to it. */
export interface Fault {
  /** The processes that it can reach. */
  readonly nodes: readonly string[]
  /** Not before this anything was done. */
  readonly from: number
  /** From here on none of them can reach a store at all, until `healing`; absent when some may. */
  readonly cutFrom?: number
  /** Not before this anything was mended. */
  readonly healing: number
  /** By here everything was mended. */
  readonly healed: number
  /** Whether the store forgot even its epoch: tokens issued until it began anew are refused. */
  readonly everythingLost: boolean
}

/** A clock that never jumps and that all processes of a machine share. */
export function clockMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000
}

/** Finds the attempts to revoke that are about a token. */
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

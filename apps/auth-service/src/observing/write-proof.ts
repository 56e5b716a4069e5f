import { isPassing } from '../storage/start/passing.js'

/** Whether a database takes writes, shown by writing. */
export interface WriteProof {
  /** Writes now. Never rejects. */
  write(): Promise<void>
  /**
   * Whether the database takes writes: by the newest write if it is at most a second old, else by another one. A fault that
   * lasts, such as a full disk, says no at once; one that may pass, such as a lock, when no write succeeds for ten seconds.
   */
  holds(): Promise<boolean>
}

/** Options of {@link createWriteProof}. */
export interface WriteProofParts {
  readonly write: () => Promise<void>
  /** Called for every write that fails. */
  readonly onFault: (error: unknown) => void
  /** A clock that is never set back, in milliseconds. Default: that of the process. */
  readonly now?: () => number
}

/** Milliseconds for which a write proves anything: however often it is asked, it writes once in that time. */
const freshMs = 1000
/** Milliseconds that a fault may take to pass. */
const patienceMs = 10_000

/**
 * The proof begins with a write that has succeeded.
 *
 * @example const proof = createWriteProof({ write, onFault }); await proof.holds()
 */
export function createWriteProof(parts: WriteProofParts): WriteProof {
  const { onFault, now = () => performance.now() } = parts
  let writtenAt = now()
  let triedAt = writtenAt
  let isLasting = false
  let running: Promise<void> | undefined
  const attempt = async (): Promise<void> => {
    try {
      await parts.write()
      writtenAt = now()
      isLasting = false
    } catch (error) {
      isLasting = !isPassing(error)
      onFault(error)
    }
    triedAt = now()
    running = undefined
  }
  const write = () => (running ??= attempt())
  return {
    write,
    holds: async () => {
      if (now() - triedAt > freshMs) await write()
      return !isLasting && now() - writtenAt <= patienceMs
    },
  }
}

import { isError } from '../../foundation/realms.js'

/**
 * Shortest and longest pause between two attempts, in milliseconds; random, so that waiting processes do not collide.
 */
const shortest = 2
const longest = 12

/**
 * Runs a step of SQLite, and repeats it while another connection holds the lock, for at most `withinMs`, without
 * blocking the process between attempts. The first attempt happens before this returns.
 *
 * Only for a step that is one statement or one whole transaction, rolled back when it fails: SQLITE_BUSY then means
 * that it had no effect.
 *
 * @throws the step's error, when it has another cause or the time is over
 * @example await whileBusy(() => client.exec('PRAGMA journal_mode = WAL'), 250)
 */
export async function whileBusy<T>(step: () => T, withinMs: number): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    try {
      return step()
    } catch (error) {
      const left = deadline - performance.now()
      if (!isBusy(error) || left <= 0) throw error
      const pause = shortest + Math.random() * (longest - shortest)
      await new Promise((resolve) => setTimeout(resolve, Math.min(left, pause)))
    }
  }
}

const busy = 5
const locked = 6

/** node:sqlite has the number in `errcode`, libsql in `rawCode`; the low byte is the primary code. */
function isBusy(error: unknown): boolean {
  if (!isError(error)) return false
  const number = memberOf(error, 'errcode') ?? memberOf(error, 'rawCode')
  if (typeof number === 'number') return [busy, locked].includes(number & 0xff)
  const code = memberOf(error, 'code')
  return typeof code === 'string' && /^SQLITE_(?:BUSY|LOCKED)(?:_|$)/.test(code)
}

function memberOf(error: Error, name: string): unknown {
  return Reflect.get(error, name)
}

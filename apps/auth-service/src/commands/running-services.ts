import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SqlDatabase } from 'jotgate/stores/sqlite'
import { z } from 'zod'
import { SetupFault } from '../foundation/setup-fault.js'

/** Milliseconds in which a running process has written its report again, which it does every five seconds. */
const watchedMs = 8000
const everyMs = 500

const row = z.object({ id: z.string(), seen_at: z.coerce.number() })

/**
 * Refuses while a process of the service runs over a database: one that has reported within the last half minute is
 * watched until it reports again. A database that was just dumped has reports of processes that may have stopped.
 *
 * @throws SetupFault when one runs; AuthError STORE_UNAVAILABLE
 * @example await refuseWhileRunning(database)
 */
export async function refuseWhileRunning(database: SqlDatabase): Promise<void> {
  const first = await reports(database)
  const since = performance.now()
  const recent = [...first.values()].some((seenAt) => seenAt >= Date.now() / 1000 - 30)
  while (recent && performance.now() - since < watchedMs) {
    await sleep(everyMs)
    for (const [id, seenAt] of await reports(database))
      if (seenAt > (first.get(id) ?? 0)) throw new SetupFault(running)
  }
}

const running = 'a process of the service runs over this database: stop all of them first'

async function reports(database: SqlDatabase): Promise<ReadonlyMap<string, number>> {
  const known = await database.query(
    "SELECT part FROM jotgate_schema WHERE part = 'service_processes'",
  )
  if (known.length === 0) return new Map()
  const rows = await database.query('SELECT id, seen_at FROM service_processes')
  return new Map(rows.map((each) => row.parse(each)).map(({ id, seen_at }) => [id, seen_at]))
}

/** Milliseconds for a connection on this machine. */
const patienceMs = 1000

/**
 * Refuses while something answers at the service's address: a process that still has the database open under another
 * name writes to it, and nothing in the data folder shows it.
 *
 * @throws SetupFault
 */
export async function refuseWhileListening({ host, port }: Address): Promise<void> {
  const socket = connect({ host, port, timeout: patienceMs })
  try {
    const signal = AbortSignal.timeout(patienceMs)
    await once(socket, 'connect', { signal })
  } catch {
    return
  } finally {
    socket.destroy()
  }
  throw new SetupFault(
    `port ${String(port)} is in use, most likely by the service: stop all its processes first`,
  )
}

/** Where the service listens. */
export interface Address {
  readonly host: string
  readonly port: number
}

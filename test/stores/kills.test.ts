import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SessionHooks } from '../../src/session/index.js'
import { amount } from '../setup/amount.js'
import { startPostgres, type PostgresServer } from '../setup/postgres.js'
import { startRedis, type RedisServer } from '../setup/redis.js'
import { client } from '../session/setup.js'
import { sessionsOver } from './children/sessions.js'
import { openStores } from './children/open-stores.js'
import type { Order, Point } from './children/refresher.js'
import { compileForChildren, startChild } from './compile.js'
import { graceOver } from './race.js'

/*
 * System: a store (SQLite, PostgreSQL, Redis), a process that refreshes one session, and a second process over the same
 * store that goes on living. Both have the same secret and a grace of ten seconds.
 * Moves: log in at the survivor; refresh in the first process, which stops at one of five points of the call, from before
 * the store is asked to the middle of the answer; kill it there by SIGKILL; let the client, which has only its old token,
 * ask the survivor, twice; move the clock past the grace and refresh once more.
 * Invariant: the client is answered every time, both answers have the same successor, the session has been rotated exactly
 * once, and no hook reports a theft or a rollback. The hook that does run shows that the kill was at the point that it
 * names: before the rotation the survivor rotates, after it the survivor replays.
 * Counter-proof: with a grace of 0 the same client is taken for a thief.
 */

type Store = 'SQLite' | 'PostgreSQL' | 'Redis'

/** Processes killed at each point, a thousand in the long run; SQLite's start soonest. */
const kills: Readonly<Record<Store, number>> = {
  SQLite: amount({ short: 3, full: 400 }),
  PostgreSQL: amount({ short: 1, full: 300 }),
  Redis: amount({ short: 1, full: 300 }),
}

let folder = ''
let postgres: PostgresServer
let redis: RedisServer
beforeAll(async () => {
  folder = await compileForChildren('refresher')
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
})
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()])
  rmSync(folder, { recursive: true, force: true })
})

const points: readonly Point[] = [
  'before the store is asked',
  'between reading and rotating',
  'with the rotation on its way',
  'after the store has rotated',
  'in the middle of the answer',
]
const places: Readonly<Record<Store, () => string>> = {
  SQLite: () => `sqlite:${join(folder, 'kills.db')}`,
  PostgreSQL: () => `${postgres.url}#kills`,
  Redis: () => `io${redis.url}#kills`,
}

/** Another process of the service, which goes on living, and what its hooks saw. */
async function openSurvivor(place: string, grace = 10) {
  const secret = randomBytes(32).toString('hex')
  const { sessions: store } = await openStores(place)
  const seen: string[] = []
  let now: number | undefined
  const hook = (name: string) => () => void seen.push(name)
  const hooks: SessionHooks = {
    onRefreshed: hook('rotated'),
    onReplayed: hook('replayed'),
    onReused: hook('reused'),
    onRolledBack: hook('rolledBack'),
  }
  const clock = () => now ?? Math.floor(Date.now() / 1000)
  const sessions = sessionsOver(store, secret, { grace, recoverWithin: 0, hooks, now: clock })
  return {
    ...{ secret, seen, sessions, store },
    /** Moves the clock ahead for what `ask` does. */
    later: async <T>(seconds: number, ask: () => Promise<T>): Promise<T> => {
      now = clock() + seconds
      return ask().finally(() => {
        now = undefined
      })
    },
  }
}

type Survivor = Awaited<ReturnType<typeof openSurvivor>>

/** A refresh in a process that is killed at a point; then the client asks the survivor with the token that it has. */
async function killAt(point: Point, place: string, survivor: Survivor): Promise<string> {
  const { sessions, secret, store, seen } = survivor
  const { refreshToken, sid } = await sessions.issue({ subject: 'user-1', client })
  const child = await startChild(folder, 'refresher', [place, secret])
  const exited = once(child, 'exit')
  const here = once(child, 'message')
  child.send({ token: refreshToken, point } satisfies Order)
  await here
  child.kill('SIGKILL')
  await exited
  const before = seen.length
  const successor = await sessions.refresh(refreshToken, { client })
  const outcome = seen.slice(before).join()
  const again = await sessions.refresh(refreshToken, { client })
  expect(again.refreshToken).toBe(successor.refreshToken)
  expect((await store.findBySid(sid))?.generation).toBe(1)
  await survivor.later(graceOver, () => sessions.refresh(successor.refreshToken, { client }))
  return outcome
}

test.each(points)(
  'a process killed %s leaves a session that the client goes on with',
  { timeout: 3_600_000 },
  async (point) => {
    const outcomes: Record<string, number> = {}
    await Promise.all(
      (['SQLite', 'PostgreSQL', 'Redis'] as const).map(async (store) => {
        const place = places[store]()
        const survivor = await openSurvivor(place)
        for (let round = 0; round < kills[store]; round++) {
          const outcome = await killAt(point, place, survivor)
          outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
        }
        expect(survivor.seen).not.toContain('reused')
        expect(survivor.seen).not.toContain('rolledBack')
      }),
    )
    console.log(`killed ${point}: ${JSON.stringify(outcomes)}, all recovered`)
    const total = kills.SQLite + kills.PostgreSQL + kills.Redis
    // That it was killed where it says: before the rotation nothing is given again, after it everything is.
    const expected: Partial<Record<Point, object>> = {
      'before the store is asked': { rotated: total },
      'between reading and rotating': { rotated: total },
      'after the store has rotated': { replayed: total },
      'in the middle of the answer': { replayed: total },
    }
    expect(outcomes).toMatchObject(expected[point] ?? {})
    expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(total)
  },
)

test('without a grace the client of a killed process is taken for a thief', async () => {
  const place = places.SQLite()
  const survivor = await openSurvivor(place, 0)
  const { refreshToken } = await survivor.sessions.issue({ subject: 'user-1', client })
  const child = await startChild(folder, 'refresher', [place, survivor.secret])
  const here = once(child, 'message')
  child.send({ token: refreshToken, point: 'after the store has rotated' } satisfies Order)
  await here
  child.kill('SIGKILL')
  await once(child, 'exit')
  const late = survivor.later(2, () => survivor.sessions.refresh(refreshToken, { client }))
  await expect(late).rejects.toMatchObject({ code: 'REFRESH_REUSED' })
})

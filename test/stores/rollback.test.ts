import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, expect, test } from 'vitest'
import type { SessionStore } from '../../src/session/index.js'
import { redisStores } from '../../src/stores/redis/index.js'
import { openSqlite, sqliteDatabase, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { client, codeOf, login, makeSessions } from '../session/setup.js'
import { redisCommand } from '../setup/redis-command.js'
import { startSentinel } from '../setup/redis-sentinel.js'
import { graceOver } from './race.js'

/** Only ever waited for in full when it does not come. */
const patienceMs = 30_000
const soon = { timeout: 60_000, interval: 100 }

const folder = mkdtempSync(join(tmpdir(), 'jotgate-rollback-'))
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Refreshes as often as that, well apart; the token before each, and the last one. */
async function refreshes(
  { sessions, clock }: ReturnType<typeof makeSessions>,
  token: string,
  count: number,
): Promise<string[]> {
  const tokens = [token]
  for (let i = 0; i < count; i++) {
    clock.advance(graceOver)
    const answer = await sessions.refresh(tokens.at(-1) ?? '', { client })
    tokens.push(answer.refreshToken)
  }
  return tokens
}

/**
 * Whoever comes with the newest token ends the session, without a theft alarm; then no token of it is good, neither the
 * first, which the store still knows, nor those it has lost, of which it says so each time.
 */
async function expectRolledBack(
  made: ReturnType<typeof makeSessions>,
  [known = '', ...lost]: readonly string[],
): Promise<void> {
  const { sessions, seen } = made
  const ask = (token: string) => codeOf(sessions.refresh(token, { client }))
  for (const token of lost.toReversed()) expect(await ask(token)).toBe('REFRESH_ROLLED_BACK')
  expect(lost).toHaveLength(3)
  expect(await ask(known)).toBe('REFRESH_ENDED')
  const hooks = seen.hooks.map(({ name }) => name)
  expect(hooks).toContain('onRolledBack')
  expect(hooks).not.toContain('onReused')
}

test('an older copy of an SQLite file is a rollback, no theft', async () => {
  const openMade = async (name: string) => {
    const db = await openSqlite(join(folder, name))
    return { db, made: makeSessions({ store: sqliteStores(db).sessions }) }
  }
  const { db, made } = await openMade('sessions.db')
  const { refreshToken } = await login(made.sessions)
  const early = await refreshes(made, refreshToken, 1)
  await sqliteDatabase(db).query('VACUUM INTO $1', [join(folder, 'before.db')])
  const tokens = await refreshes(made, early.at(-1) ?? '', 3)
  db.close()

  const back = await openMade('before.db')
  back.made.clock.advance(100)
  await expectRolledBack(back.made, tokens)
  back.db.close()
})

test('a failover that loses what was acknowledged is a rollback, no theft', async () => {
  const site = await startSentinel()
  const [primary, ...replicas] = site.servers
  if (primary === undefined) throw new Error('there is no primary')
  const redis = new Redis({
    sentinels: site.sentinels.map(({ host, port }) => ({ host, port })),
    name: site.name,
    retryStrategy: () => 50,
  }).on('error', () => undefined)
  try {
    await once(redis, 'ready')
    // Which server has what is under test, not how soon a busy machine tells.
    const { sessions: store } = redisStores(redis, { deadlineMs: patienceMs })
    const made = makeSessions({ store, storeDeadlineMs: patienceMs })
    const { refreshToken, sid } = await login(made.sessions)
    const early = await refreshes(made, refreshToken, 1)
    await expect.poll(() => generationAt(store, sid), soon).toBe(1)
    await expect.poll(() => haveAll(primary, replicas), soon).toBe(true)
    // The replicas hear no more of it, not even out of their sockets.
    for (const { pid } of replicas) process.kill(pid, 'SIGSTOP')
    await redisCommand(primary.port, 'CLIENT', 'KILL', 'TYPE', 'replica')
    const tokens = await refreshes(made, early.at(-1) ?? '', 3)
    process.kill(primary.pid, 'SIGKILL')
    for (const { pid } of replicas) process.kill(pid, 'SIGCONT')
    await expect.poll(() => generationAt(store, sid), soon).toBe(1)
    await expectRolledBack(made, tokens)
  } finally {
    redis.disconnect()
    await site.stop()
  }
})

/** Whether the replicas have every write that the primary has taken; `WAIT` knows of its own connection's only. */
async function haveAll(
  primary: { readonly port: number },
  replicas: readonly { readonly port: number }[],
): Promise<boolean> {
  const offsetOf = async (port: number, field: string) => {
    const answer = await redisCommand(port, 'INFO', 'replication')
    return Number(new RegExp(`\\b${field}:(\\d+)`).exec(answer)?.[1])
  }
  const written = await offsetOf(primary.port, 'master_repl_offset')
  const there = await Promise.all(replicas.map(({ port }) => offsetOf(port, 'slave_repl_offset')))
  return there.every((offset) => offset >= written)
}

/** As far as the store can tell at the moment. */
async function generationAt(store: SessionStore, sid: string): Promise<number | undefined> {
  const session = await store.findBySid(sid).catch(() => undefined)
  return session?.generation
}

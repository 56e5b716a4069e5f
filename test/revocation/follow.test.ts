import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import {
  createRevocation,
  type Revocation,
  type RevocationEvent,
  type RevocationStore,
} from '../../src/revocation/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { openSqlite, sqliteStores } from '../../src/stores/sql/sqlite.js'
import { issuer, verifiedToken } from './tokens.js'

const folder = mkdtempSync(join(tmpdir(), 'jotgate-follow-'))
const open: Revocation[] = []
afterEach(() => {
  for (const revocation of open.splice(0)) revocation.close()
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Waits for what another timer has to bring about, on a busy machine too. */
function eventually(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 20 })
}

const wall = (): number => Date.now() / 1000

async function follow(store: RevocationStore, onEvent?: (event: RevocationEvent) => void) {
  const options = { store, issuer, accessTtl: '15m', pollEveryMs: 20 } as const
  const revocation = createRevocation({ ...options, ...(onEvent && { onEvent }) })
  open.push(revocation)
  await revocation.start()
  return revocation
}

function token(sid: string) {
  return verifiedToken({ sub: 'user-1', sid }, wall)
}

describe('a process', () => {
  test('hears of what another one over the same SQLite file has revoked', async () => {
    const path = join(folder, 'shared.db')
    const stores = async () => sqliteStores(await openSqlite(path)).revocations
    const one = await follow(await stores())
    const other = await follow(await stores())
    const presented = await token('session-1')
    await one.revoke({ sid: 'session-1' })
    await eventually(() => {
      expect(other.isRevoked(presented)).toBe(true)
    })
  })

  test('knows at its start what was revoked before', async () => {
    const store = sqliteStores(await openSqlite(join(folder, 'before.db'))).revocations
    await (await follow(store)).revoke({ sid: 'session-1' })
    const later = await follow(store)
    expect(later.isRevoked(await token('session-1'))).toBe(true)
  })

  test('goes on enforcing what a store has lost that was put back, and follows it again', async () => {
    const before = memoryStores().revocations
    let store = before
    const kinds: string[] = []
    const swapped: RevocationStore = {
      add: (entry) => store.add(entry),
      read: (after, now) => store.read(after, now),
      sweep: (time) => store.sweep(time),
    }
    const revocation = await follow(swapped, ({ kind }) => kinds.push(kind))
    for (const sid of ['a', 'b', 'c']) await revocation.revoke({ sid })
    await eventually(() => {
      expect(revocation.status().position).toBe(3)
    })
    store = memoryStores().revocations
    await store.add({ kind: 'sid', issuer, value: 'd', expiresAt: Math.ceil(wall()) + 900 })
    const late = await token('d')
    await eventually(() => {
      expect(revocation.isRevoked(late)).toBe(true)
    })
    expect(revocation.isRevoked(await token('a'))).toBe(true)
    expect(kinds).toEqual(['ready', 'rolledBack'])
  })

  test('tells when looking into the store fails and when it works again, each once', async () => {
    const { revocations } = memoryStores()
    let down = false
    let reads = 0
    const kinds: string[] = []
    const store: RevocationStore = {
      ...revocations,
      read: (after, now) => {
        reads++
        return down ? Promise.reject(new Error('gone')) : revocations.read(after, now)
      },
    }
    await follow(store, ({ kind }) => {
      kinds.push(kind)
      throw new Error('a listener that fails stops nothing')
    })
    down = true
    const seen = reads
    await eventually(() => {
      expect(reads).toBeGreaterThan(seen + 3)
    })
    down = false
    await eventually(() => {
      expect(kinds).toEqual(['ready', 'failed', 'recovered'])
    })
  })

  test('that is closed asks no more', async () => {
    const { revocations } = memoryStores()
    let reads = 0
    const counted: RevocationStore = {
      ...revocations,
      read: (after, now) => {
        reads++
        return revocations.read(after, now)
      },
    }
    const revocation = await follow(counted)
    await eventually(() => {
      expect(reads).toBeGreaterThan(2)
    })
    revocation.close()
    const seen = reads
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(reads).toBeLessThanOrEqual(seen + 1)
  })
})

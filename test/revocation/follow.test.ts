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

/** Waits until a check passes, on a busy machine too. */
function eventually(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 20 })
}

const wall = (): number => Date.now() / 1000

async function follow(store: RevocationStore, onEvent?: (event: RevocationEvent) => void) {
  const options = { store, issuer, accessTtl: '15m', heartbeatEveryMs: 20 } as const
  const revocation = createRevocation({ ...options, ...(onEvent && { onEvent }) })
  open.push(revocation)
  await revocation.start()
  return revocation
}

function token(sid: string) {
  return verifiedToken({ sub: 'user-1', sid }, wall)
}

describe('processes over one SQLite file', () => {
  test('a process enforces what another process over the same SQLite file has revoked', async () => {
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

  test('a process enforces at its start what was revoked before', async () => {
    const store = sqliteStores(await openSqlite(join(folder, 'before.db'))).revocations
    await (await follow(store)).revoke({ sid: 'session-1' })
    const later = await follow(store)
    expect(later.isRevoked(await token('session-1'))).toBe(true)
  })
})

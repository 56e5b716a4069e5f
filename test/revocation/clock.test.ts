import { afterEach, describe, expect, test, vi } from 'vitest'
import { createRevocation, type Revocation } from '../../src/revocation/index.js'
import { createSettledTime } from '../../src/foundation/settled-time.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testkit/index.js'
import { issuer, verifiedToken } from './tokens.js'

const open: Revocation[] = []
afterEach(() => {
  for (const revocation of open.splice(0)) revocation.close()
})

/** Life of an entry with an accessTtl of 15 minutes. */
const settling = 900 + 360

/** A process with simulated clocks and a heartbeat every 2 ms. */
async function startProcess(
  store = memoryStores().revocations,
  clocks = { wall: fakeClock(), steady: fakeClock(0) },
) {
  let heartbeats = 0
  const { wall, steady } = clocks
  const revocation = createRevocation({
    store: {
      ...store,
      open: async (request) => {
        const feed = await store.open(request)
        return {
          ...feed,
          heartbeat: () => {
            heartbeats++
            return feed.heartbeat()
          },
        }
      },
    },
    issuer,
    accessTtl: '15m',
    heartbeatEveryMs: 2,
    now: wall.now,
    monotonic: steady.now,
  })
  open.push(revocation)
  await revocation.start()
  /** Waits for a few heartbeats. */
  const waitForHeartbeats = async () => {
    const before = heartbeats
    await vi.waitFor(() => {
      expect(heartbeats).toBeGreaterThan(before + 3)
    }, 5000)
  }
  const pass = async (seconds: number) => {
    wall.advance(seconds)
    steady.advance(seconds)
    await waitForHeartbeats()
  }
  return { revocation, store, wall, steady, pass }
}

describe('a system clock that jumps ahead and is put right', () => {
  test('a clock jump that is corrected later revives no token, in this process or another', async () => {
    const { revocation, store, wall, pass } = await startProcess()
    await pass(settling + 61)
    const token = await verifiedToken({ sid: 'session-1' }, wall.now)
    await revocation.revoke({ sid: 'session-1' })
    wall.advance(7200)
    await pass(61)
    await pass(61)
    wall.advance(-7200)
    await pass(61)
    expect(revocation.isRevoked(token)).toBe(true)
    const other = await startProcess(store, { wall, steady: fakeClock(0) })
    expect(other.revocation.isRevoked(token)).toBe(true)
  })

  test('a clock jump that is corrected later revives no token in a process started meanwhile', async () => {
    const { revocation, store, wall } = await startProcess()
    const token = await verifiedToken({ sid: 'session-1' }, wall.now)
    await revocation.revoke({ sid: 'session-1' })
    wall.advance(7200)
    const other = await startProcess(store, { wall, steady: fakeClock(0) })
    await other.pass(61)
    wall.advance(-7200)
    expect(other.revocation.isRevoked(token)).toBe(true)
  })
})

test('expired entries are removed from process and store when the clock runs evenly', async () => {
  const { revocation, store, pass } = await startProcess()
  await revocation.revoke({ sid: 'session-1' })
  await revocation.revoke({ sid: 'session-2' })
  await pass(settling + 62)
  expect(revocation.status().entries).toBe(0)
  const names = ['session-1', 'session-2'].map((value) => ({ kind: 'sid' as const, issuer, value }))
  await vi.waitFor(async () => {
    expect(await store.find(names)).toEqual([])
  }, 5000)
})

test('a process that is ahead from its start removes nothing that the clock of the store has not passed', async () => {
  const memory = memoryStores().revocations
  const start = fakeClock().now()
  let told = 0
  const clock = () => {
    told++
    return Promise.resolve(start)
  }
  const clocks = { wall: fakeClock(start + 86_400), steady: fakeClock(0) }
  const { revocation, store, pass } = await startProcess({ ...memory, clock }, clocks)
  const right = createRevocation({ store: memory, issuer, accessTtl: '15m', now: () => start })
  open.push(right)
  await right.start()
  await right.revoke({ sid: 'session-1' })
  await pass(settling)
  await pass(62)
  await vi.waitFor(() => {
    expect(told).toBeGreaterThan(0)
  }, 5000)
  expect(revocation.ready()).toBe(true)
  expect(await store.find([{ kind: 'sid', issuer, value: 'session-1' }])).toHaveLength(1)
})

describe('createSettledTime', () => {
  const make = () => {
    const [wall, steady] = [fakeClock(), fakeClock(0)]
    const settled = createSettledTime({ now: wall.now, monotonic: steady.now, settleAfter: 100 })
    const pass = (seconds: number) => {
      wall.advance(seconds)
      steady.advance(seconds)
    }
    return { wall, settled, pass }
  }

  test('the settled time is 0 until the clocks have agreed for settleAfter, and then a minute ago', () => {
    const { wall, settled, pass } = make()
    pass(99)
    expect(settled()).toBe(0)
    pass(1)
    expect(settled()).toBe(wall.now() - 60)
  })

  test.each([61, -61])('the settled time is 0 again after a jump of %i s', (jump) => {
    const { wall, settled, pass } = make()
    pass(100)
    wall.advance(jump)
    expect(settled()).toBe(0)
    pass(99)
    expect(settled()).toBe(0)
    pass(1)
    expect(settled()).toBe(wall.now() - 60)
  })

  test('the settled time tolerates a difference of a minute in total', () => {
    const { wall, settled, pass } = make()
    pass(100)
    wall.advance(60)
    expect(settled()).toBe(wall.now() - 60)
    wall.advance(1)
    expect(settled()).toBe(0)
  })
})

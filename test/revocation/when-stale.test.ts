import { afterEach, describe, expect, test, vi } from 'vitest'
import { createGate } from '../../src/gate/index.js'
import {
  createRevocation,
  type AskingRevocationOptions,
  type RevocationStore,
  type StoreAnswer,
  type StoreQuestion,
} from '../../src/revocation/index.js'
import { memoryRevocations } from '../../src/stores/memory/revocations.js'
import { fakeClock } from '../../src/testkit/index.js'
import { issuer, verifiedToken } from './tokens.js'

const open: { close(): void }[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

const later = 1_900_000_000
const session = (value: string) => ({ kind: 'sid', issuer, value, expiresAt: later }) as const

function askIn(store: RevocationStore) {
  return async (question: StoreQuestion): Promise<StoreAnswer> =>
    (await store.ask?.(question)) ?? Promise.reject(new Error('no answer'))
}

/** A store that counts questions, and whose feed says nothing after its first heartbeat: this process stays stale. */
function silentStore() {
  const inner = memoryRevocations()
  let heartbeats = 0
  const state = { questions: 0, ask: askIn(inner) }
  const store: RevocationStore = {
    ...inner,
    ask: (question) => {
      state.questions++
      return state.ask(question)
    },
    open: async ({ listener, firstEntry }) => {
      const feed = await inner.open({
        firstEntry,
        listener: {
          add: () => undefined,
          lost: (cause) => {
            listener.lost(cause)
          },
        },
      })
      const heartbeat = () =>
        ++heartbeats === 1 ? feed.heartbeat() : new Promise<void>(() => undefined)
      return { ...feed, heartbeat }
    },
  }
  return { store, inner, state }
}

function make(store: RevocationStore, options: Partial<AskingRevocationOptions> = {}) {
  const [clock, steady] = [fakeClock(), fakeClock(0)]
  const revocation = createRevocation({
    ...{ store, issuer, accessTtl: '15m', whenStale: 'ask', heartbeatEveryMs: 5000 },
    ...{ now: clock.now, monotonic: steady.now },
    ...options,
  })
  open.push(revocation)
  const token = (sid: string) => verifiedToken({ sub: 'user-1', sid }, clock.now)
  return { revocation, clock, steady, token }
}

describe('a process that has not heard from its store for too long', () => {
  test('a stale process answers by what the store says, and enforces it from then on', async () => {
    const { store, inner, state } = silentStore()
    const { revocation, steady, token } = make(store)
    await revocation.start()
    await inner.add([session('revoked')])
    const [revoked, good] = [await token('revoked'), await token('good')]
    expect(revocation.isRevoked(good)).toBe(false)
    steady.advance(11)
    expect(revocation.ready()).toBe(false)
    const answer = revocation.isRevoked(revoked)
    expect(answer).toBeInstanceOf(Promise)
    expect(await answer).toBe(true)
    expect(await revocation.isRevoked(good)).toBe(false)
    expect(state.questions).toBe(2)
    expect(revocation.isRevoked(revoked)).toBe(true)
    expect(state.questions).toBe(2)
  })

  test('a stale process that refuses throws, as it does without the option', async () => {
    const { store, state } = silentStore()
    const clock = fakeClock(0)
    const options = { store, issuer, accessTtl: '15m', heartbeatEveryMs: 5000 } as const
    for (const more of [{}, { whenStale: 'refuse' }] as const) {
      const revocation = createRevocation({ ...options, ...more, monotonic: clock.now })
      open.push(revocation)
      const token = await verifiedToken({ sub: 'user-1' }, () => Date.now() / 1000)
      expect(() => revocation.isRevoked(token)).toThrow(
        expect.objectContaining({ code: 'REVOCATION_UNKNOWN' }),
      )
    }
    expect(state.questions).toBe(0)
  })

  test('a machine that slept is noticed by the system clock, when the monotonic one stood still', async () => {
    const { store, inner } = silentStore()
    const { revocation, clock, token } = make(store)
    await revocation.start()
    await inner.add([session('revoked')])
    const revoked = await token('revoked')
    expect(revocation.isRevoked(revoked)).toBe(false)
    clock.advance(11)
    expect(await revocation.isRevoked(revoked)).toBe(true)
  })

  test('a system clock that was put back while the machine slept tells nothing, so the store is asked', async () => {
    const { store, inner } = silentStore()
    const { revocation, clock, token } = make(store)
    await revocation.start()
    await inner.add([session('revoked')])
    const revoked = await token('revoked')
    clock.advance(-60)
    expect(await revocation.isRevoked(revoked)).toBe(true)
  })

  test('a process that has never read the store asks it', async () => {
    const { store, inner, state } = silentStore()
    await inner.add([session('revoked')])
    const { revocation, token } = make(store)
    expect(await revocation.isRevoked(await token('revoked'))).toBe(true)
    expect(await revocation.isRevoked(await token('good'))).toBe(false)
    expect(state.questions).toBe(2)
  })

  test('a store with another epoch proves nothing, and what this process knows stays refused', async () => {
    const { store, inner, state } = silentStore()
    const { revocation, steady, token } = make(store)
    await revocation.start()
    await revocation.revoke({ sid: 'known' })
    await inner.add([session('revoked')])
    steady.advance(11)
    state.ask = async (question) => {
      const { entries } = await askIn(inner)(question)
      return { epoch: 'another', entries }
    }
    expect(revocation.isRevoked(await token('known'))).toBe(true)
    expect(await revocation.isRevoked(await token('revoked'))).toBe(true)
    await expect(revocation.isRevoked(await token('good'))).rejects.toMatchObject({
      ...{ code: 'REVOCATION_UNKNOWN', status: 503 },
    })
  })

  test('a store that fails, or gives no answer, is a 503', async () => {
    const { store, state } = silentStore()
    const { revocation, token } = make(store)
    const good = await token('good')
    const unknown = { code: 'REVOCATION_UNKNOWN', status: 503, retryAfter: 1 }
    state.ask = () => Promise.reject(new Error('down'))
    await expect(revocation.isRevoked(good)).rejects.toMatchObject(unknown)
    state.ask = () => new Promise(() => undefined)
    await expect(revocation.isRevoked(good)).rejects.toMatchObject(unknown)
  })

  test('requests with one token share a question, and the 65th question at a time is refused', async () => {
    const { store, inner, state } = silentStore()
    const { revocation, token } = make(store)
    let answer = (): void => undefined
    const held = new Promise<void>((resolve) => (answer = resolve))
    state.ask = async (question) => {
      await held
      return askIn(inner)(question)
    }
    const tokens = await Promise.all(Array.from({ length: 65 }, (_, n) => token(`s-${String(n)}`)))
    const [first, last] = [tokens.slice(0, 64), tokens.slice(64)]
    const asked = [...first, ...first].map(async (each) => revocation.isRevoked(each))
    expect(state.questions).toBe(64)
    for (const each of last)
      await expect(revocation.isRevoked(each)).rejects.toMatchObject({ code: 'REVOCATION_UNKNOWN' })
    expect(state.questions).toBe(64)
    answer()
    expect(new Set(await Promise.all(asked))).toEqual(new Set([false]))
    for (const each of last) expect(await revocation.isRevoked(each)).toBe(false)
  })

  test('a gate takes the answer of the store: 401 for a revoked token, 503 for an unknown one', async () => {
    const { store, inner, state } = silentStore()
    await inner.add([session('revoked')])
    const { revocation, token } = make(store)
    const gate = createGate({
      verify: (raw) => token(raw),
      isRevoked: (each) => revocation.isRevoked(each),
    })
    const call = (sid: string) => ({
      ...{ method: 'GET', path: '/' },
      header: (name: string) => (name === 'authorization' ? [`Bearer ${sid}`] : []),
    })
    const enter = (sid: string) => gate.check(call(sid) as never)
    await expect(enter('revoked')).rejects.toMatchObject({ code: 'TOKEN_REVOKED' })
    expect(await enter('good')).toBeDefined()
    state.ask = () => Promise.reject(new Error('down'))
    await expect(enter('good')).rejects.toMatchObject({ code: 'REVOCATION_UNKNOWN' })
  })
})

test('a stale process begins its next heartbeat at once when it is asked', async () => {
  const inner = memoryRevocations()
  const { revocation, steady, token } = make(inner, {
    heartbeatEveryMs: 3_600_000,
    maxStaleness: '2h',
  })
  await revocation.start()
  steady.advance(7201)
  const good = await token('good')
  expect(await revocation.isRevoked(good)).toBe(false)
  await vi.waitFor(() => {
    expect(revocation.isRevoked(good)).toBe(false)
    expect(revocation.ready()).toBe(true)
  })
})

test('asking needs a store that can prove what it knows', () => {
  const store = memoryRevocations()
  Reflect.deleteProperty(store, 'ask')
  expect(() => make(store)).toThrow(/whenStale: 'ask' needs a store with the method ask/)
})

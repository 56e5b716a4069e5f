import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  fromSession,
  jwtClient,
  type Session,
  type SessionStorage,
  type StoredSession,
} from '../../src/client/index.js'
import { fakeClock } from '../../src/testkit/index.js'
import { expectFailure, gate, later, refuseCurrent, signIn, until } from './contract/setup.js'
import { type HttpWire } from './wire.js'
import { fetchWire } from './wires/fetch.js'

let wire: HttpWire
let opened: Session[]
beforeEach(async () => {
  wire = await fetchWire()
  opened = []
})
afterEach(async () => {
  for (const session of opened) session.close()
  await wire.close()
})

function memory(first?: StoredSession): SessionStorage & { pair: StoredSession | undefined } {
  const kept = {
    pair: first,
    load: () => kept.pair,
    save: (pair: StoredSession | undefined) => {
      kept.pair = pair
    },
  }
  return kept
}

describe('a storage', () => {
  test('a storage is written at login, at each refresh and at the end', async () => {
    const storage = memory()
    const { client, clock, session } = await signIn(wire, { storage })
    expect(storage.pair?.refreshToken).toBe('refresh-canary-1')
    clock.advance(1000)
    await wire.call(client)
    expect(storage.pair?.refreshToken).toBe('refresh-canary-2')
    await session.signOut()
    expect(storage.pair).toBeUndefined()
  })

  test('a storage returns the session to a new page', async () => {
    const storage = memory()
    await signIn(wire, { storage })
    const session = fromSession({ endpoint: wire.endpoint, storage })
    expect(await session.isSignedIn()).toBe(true)
    await wire.call(jwtClient({ source: session, origins: [wire.home] }))
    expect(wire.ledger.values()).toEqual(['Bearer canary-1'])
  })

  test('a storage is read before a refresh, and a session stored by another tab is used instead', async () => {
    const storage = memory()
    const { client, clock } = await signIn(wire, { storage })
    const { accessToken, refreshToken } = wire.ledger.issue() as Record<string, string>
    storage.pair = {
      accessToken: accessToken ?? '',
      refreshToken: refreshToken ?? '',
      refreshAt: null,
      expiresAt: null,
    }
    clock.advance(1000)
    expect((await wire.call(client)).status).toBe(200)
    expect(wire.ledger.presented).toEqual([])
    expect(wire.ledger.values()).toEqual(['Bearer canary-2'])
  })

  test('a storage is read again before a refusal signs out, so that the slower tab clears nothing', async () => {
    const storage = memory()
    const { client, clock, session } = await signIn(wire, { storage })
    wire.ledger.refreshModes = ['refused']
    let open: () => void = () => undefined
    wire.ledger.holdRefresh = new Promise<void>((resolve) => {
      open = resolve
    })
    clock.advance(1000)
    const call = wire.call(client)
    await until(wire, () => wire.ledger.presented.length === 1)
    const newer = wire.ledger.issue() as Record<string, string>
    const pair = {
      accessToken: String(newer['accessToken']),
      refreshToken: 'r',
      refreshAt: null,
      expiresAt: null,
    }
    storage.pair = pair
    open()
    expect((await call).status).toBe(200)
    expect(storage.pair).toBe(pair)
    expect(await session.isSignedIn()).toBe(true)
  })

  test('a storage that cannot write causes an event and keeps the session', async () => {
    const storage = { load: () => undefined, save: () => Promise.reject(new Error('disk full')) }
    const { client, clock, events } = await signIn(wire, { storage })
    clock.advance(1000)
    expect((await wire.call(client)).status).toBe(200)
    expect(events.filter(({ kind }) => kind === 'storage-failed')).toHaveLength(2)
  })

  test('a storage that cannot read fails the call, and is read again', async () => {
    let isBroken = true
    const load = () => {
      if (isBroken) throw new Error('locked')
      return undefined
    }
    const session = fromSession({
      endpoint: wire.endpoint,
      storage: { load, save: () => undefined },
    })
    const client = jwtClient({ source: session, origins: [wire.home] })
    await expectFailure(wire.call(client), 'SOURCE_FAILED')
    isBroken = false
    await expectFailure(wire.call(client), 'SIGNED_OUT')
    expect(wire.ledger.seen).toEqual([])
  })
})

describe('answers of other servers', () => {
  test('an OAuth endpoint gets a form, and what it answers is understood', async () => {
    const { client, clock } = await signIn(wire, { clientId: 'web' })
    wire.ledger.issue = () => {
      wire.ledger.accepted = 'Bearer canary-o'
      return { access_token: 'canary-o', token_type: 'Bearer', expires_in: 600 }
    }
    clock.advance(1000)
    expect((await wire.call(client)).status).toBe(200)
    expect(wire.ledger.clients).toEqual(['web'])
    // It did not rotate, so the refresh token stays.
    clock.advance(1000)
    await wire.call(client)
    expect(wire.ledger.presented).toEqual(['refresh-canary-1', 'refresh-canary-1'])
  })

  test('go-zero names absolute times only, and they are taken', async () => {
    const clock = fakeClock()
    const session = fromSession({ endpoint: wire.endpoint, now: clock.now })
    const times = { access_expire: clock.now() + 100, refresh_after: clock.now() + 50 }
    await session.signIn({ access_token: 'canary-z', refresh_token: 'r', ...times })
    const client = jwtClient({ source: session, origins: [wire.home] })
    await wire.call(client)
    expect(wire.ledger.presented).toEqual([])
    clock.advance(99)
    await wire.call(client)
    expect(wire.ledger.presented).toEqual(['r'])
  })

  test.each([-86_400, 86_400])(
    'a clock that is wrong by %d seconds does no harm',
    async (error) => {
      const clock = fakeClock(Math.floor(Date.now() / 1000) + error)
      const session = fromSession({ endpoint: wire.endpoint, now: clock.now })
      await session.signIn(wire.ledger.issue())
      const client = jwtClient({ source: session, origins: [wire.home] })
      clock.advance(440)
      await wire.call(client)
      expect(wire.ledger.presented).toEqual([])
      clock.advance(20)
      await wire.call(client)
      await until(wire, () => wire.ledger.presented.length === 1)
      clock.advance(2000)
      await wire.call(client)
      expect(wire.ledger.presented).toEqual(['refresh-canary-1', 'refresh-canary-2'])
    },
  )
})

test('a call that was aborted before starts no refresh', async () => {
  const { client, clock } = await signIn(wire)
  clock.advance(1000)
  const signal = AbortSignal.abort(new Error('changed my mind'))
  await expect(wire.call(client, { signal })).rejects.toThrow('changed my mind')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(wire.ledger.presented).toEqual([])
})

describe('a call that was on its way at the next login', () => {
  test.each(['over this session', 'in another tab'])(
    'a call is not sent again with the token of the next login, %s',
    async (where) => {
      const { client, session } = await signIn(wire, { tabs: 'shop' })
      const tab = fromSession({ endpoint: wire.endpoint, tabs: 'shop' })
      opened.push(session, tab)
      const answered = gate()
      refuseCurrent(wire)
      wire.ledger.holdCalls = answered.opened
      const call = wire.call(client, { body: 'my secret wish' })
      await until(wire, () => wire.ledger.seen.length === 1)
      wire.ledger.holdCalls = undefined
      await session.signOut()
      await (where === 'in another tab' ? tab : session).signIn(wire.ledger.issue())
      await expect.poll(() => session.isSignedIn()).toBe(true)
      answered.open()
      expect((await call).status).toBe(401)
      expect(wire.ledger.values()).toEqual(['Bearer canary-1'])
      expect((await wire.call(client)).status).toBe(200)
    },
  )

  test('a call that waited for a refresh is not sent with the token of the next login', async () => {
    const { client, session, clock } = await signIn(wire)
    const answered = gate()
    wire.ledger.holdRefresh = answered.opened
    clock.advance(1000)
    const call = later(wire.call(client, { body: 'my secret wish' }))
    await until(wire, () => wire.ledger.presented.length === 1)
    await session.signOut()
    await session.signIn(wire.ledger.issue())
    answered.open()
    await expectFailure(call, 'SIGNED_OUT')
    expect(wire.ledger.seen).toEqual([])
  })
})

describe('sessions of one name', () => {
  const open = (events: string[] = []) => {
    const onEvent = ({ kind }: { kind: string }) => events.push(kind)
    const session = fromSession({ endpoint: wire.endpoint, tabs: 'shop', onEvent })
    opened.push(session)
    return session
  }

  test('sessions of one name hear of a login and of the end', async () => {
    const events: string[] = []
    const first = open()
    const second = open(events)
    const stranger = fromSession({ endpoint: wire.endpoint })
    await first.signIn(wire.ledger.issue())
    await until(wire, () => events.includes('adopted'))
    expect(await second.isSignedIn()).toBe(true)
    expect(await stranger.isSignedIn()).toBe(false)
    await first.signOut()
    await until(wire, () => events.includes('signed-out'))
    expect(await second.isSignedIn()).toBe(false)
  })

  test('sessions of one name hear nothing once they are closed', async () => {
    const first = open()
    const second = open()
    second.close()
    await first.signIn(wire.ledger.issue())
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await second.isSignedIn()).toBe(false)
  })
})

import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  fromSession,
  jwtClient,
  type JwtClient,
  type Session,
  type SessionOptions,
  type StoredSession,
} from '../../src/client/index.js'
import { fakeClock, type FakeClock } from '../../src/testkit/index.js'
import { expectFailure, refuseCurrent, until } from './contract/setup.js'
import { type HttpWire } from './wire.js'
import { fetchWire } from './wires/fetch.js'

let wire: HttpWire
let clock: FakeClock
let opened: { close(): void }[]
/** What a hostile script of the same origin hears. */
let heard: unknown[]
let script: InstanceType<typeof BroadcastChannel>

beforeEach(async () => {
  wire = await fetchWire()
  wire.ledger.accepted = 'Bearer set by issue'
  clock = fakeClock(Math.floor(Date.now() / 1000))
  heard = []
  script = new BroadcastChannel('jotgate:shop')
  script.onmessage = (event: unknown) => heard.push((event as { data: unknown }).data)
  opened = [script]
})
afterEach(async () => {
  for (const each of opened) each.close()
  await wire.close()
})

interface Tab {
  readonly session: Session
  readonly client: JwtClient
  readonly events: string[]
}

function openTab(options: Partial<SessionOptions> = {}): Tab {
  const events: string[] = []
  const session = fromSession({
    endpoint: wire.endpoint,
    tabs: 'shop',
    timeout: 1,
    now: clock.now,
    onEvent: ({ kind }) => events.push(kind),
    ...options,
  }) // the tests' modes, mixed
  opened.push(session)
  return { session, client: jwtClient({ source: session, origins: [wire.home] }), events }
}

function storage(): { load(): StoredSession | undefined; save(pair?: StoredSession): void } {
  let kept: StoredSession | undefined
  return {
    load: () => kept,
    save: (pair) => {
      kept = pair
    },
  }
}

/** As a script can, where there are Web Locks (Node 24.5 and browsers). */
function holdLock(name: string): Promise<() => void> {
  type Request = (name: string, run: () => Promise<void>) => Promise<void>
  const { navigator } = globalThis as { navigator?: { locks?: { request: Request } } } // not of every Node
  return new Promise((resolve) => {
    if (!navigator?.locks) resolve(() => undefined)
    void navigator?.locks?.request(
      name,
      () =>
        new Promise((release) => {
          resolve(release)
        }),
    )
  })
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 50))

describe('what a script of the same origin hears', () => {
  /** Everything that makes tabs talk. */
  async function talk(options: () => Partial<SessionOptions>): Promise<string> {
    const [first, second] = [openTab(options()), openTab(options())]
    await first.session.signIn(wire.ledger.issue())
    await until(wire, () => second.events.includes('adopted'))
    for (const tab of [first, second]) {
      clock.advance(1000)
      await wire.call(tab.client)
      if (wire.ledger.accepted !== undefined) refuseCurrent(wire)
      clock.advance(10)
      await wire.call(tab.client)
    }
    await second.session.signOut()
    await until(wire, () => first.events.includes('signed-out'))
    await until(wire, () => kinds().includes('signed-out'))
    for (const kind of ['signed-in', 'refreshed']) expect(kinds()).toContain(kind)
    return JSON.stringify(heard)
  }
  const kinds = () => heard.map((each) => (each as { kind: string }).kind)

  test('a script hears access tokens that are in memory, and no refresh token', async () => {
    const text = await talk(() => ({}))
    expect(text).toMatch(/"canary-\d/)
    expect(text).not.toContain('refresh-canary')
    expect(kinds()).toContain('wanted')
  })

  test('a script hears no token at all with a storage', async () => {
    const shared = storage()
    expect(await talk(() => ({ storage: shared }))).not.toContain('canary')
  })

  test('a script hears no token at all in cookie mode, even if the server answers with tokens', async () => {
    wire.ledger.accepted = undefined // Node keeps no cookies
    expect(await talk(() => ({ cookies: true }))).not.toContain('canary')
  })
})

describe('what a script of the same origin can do', () => {
  const forged = (login?: unknown) =>
    ['signed-in', 'refreshed'].map((kind) => ({
      kind,
      login,
      accessToken: 'FORGED',
      refreshToken: 'FORGED',
      stored: { accessToken: 'FORGED', refreshToken: 'FORGED', refreshAt: null, expiresAt: null },
    }))

  test('a script cannot replace the token of the tab that logged in', async () => {
    const { session } = openTab()
    await session.signIn(wire.ledger.issue())
    await until(wire, () => heard.length > 0)
    const { login } = heard[0] as { login: unknown }
    for (const message of [...forged(), ...forged('x'), ...forged(login)])
      script.postMessage(message)
    await settled()
    expect(await session.grant({ origin: wire.home })).toEqual({ token: 'canary-1' })
  })

  test.each(['cookies', 'storage'])(
    'a script cannot put a token in place with %s',
    async (mode) => {
      const kept = storage()
      const { session } = openTab(mode === 'cookies' ? { cookies: true } : { storage: kept })
      await session.signIn(wire.ledger.issue())
      for (const message of forged()) script.postMessage(message)
      await settled()
      const grant = await session.grant({ origin: wire.home })
      expect(grant).toEqual(mode === 'cookies' ? {} : { token: 'canary-1' })
      expect(JSON.stringify(kept.load() ?? '')).not.toContain('FORGED')
    },
  )

  test('a script cannot make a tab present a refresh token', async () => {
    const { session, client, events } = openTab()
    const [message] = forged('x')
    const release = await holdLock('jotgate:shop:x')
    script.postMessage(message)
    await until(wire, () => events.includes('adopted'))
    release()
    refuseCurrent(wire)
    await expectFailure(wire.call(client), 'SIGNED_OUT')
    expect(wire.ledger.presented).toEqual([])
    expect(await session.isSignedIn()).toBe(false)
  })

  test('questions without end cause a refresh every few seconds at most', async () => {
    const { session } = openTab()
    await session.signIn(wire.ledger.issue())
    await until(wire, () => heard.length > 0)
    const { login } = heard[0] as { login: unknown }
    for (let question = 0; question < 200; question++) {
      const refused = `canary-${String(wire.ledger.generation)}`
      script.postMessage({ kind: 'wanted', login, refused })
      if (question % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await settled()
    expect(wire.ledger.presented).toEqual(['refresh-canary-1'])
    clock.advance(10)
    script.postMessage({ kind: 'wanted', login, refused: 'canary-2' })
    await until(wire, () => wire.ledger.presented.length === 2)
  })

  test.each([
    ['nothing', null],
    ['a number', 1],
    ['text', 'signed-out'],
    ['an array', ['signed-out']],
    ['an object', {}],
    ['another kind', { kind: 'hello', accessToken: 'FORGED' }],
    ['a kind that is none', { kind: { kind: 'signed-out' } }],
  ])('a message that is %s does nothing', async (_what, message) => {
    for (const options of [{}, { cookies: true }, { storage: storage() }] as const) {
      const { session, events } = openTab(options)
      await session.signIn(wire.ledger.issue())
      const before = await session.grant({ origin: wire.home })
      script.postMessage(message)
      await settled()
      expect(await session.grant({ origin: wire.home })).toBe(before)
      expect(events).toEqual(['signed-in'])
      session.close()
    }
  })
})

describe('tabs whose tokens are in memory', () => {
  test('the tab without a refresh token asks the one that has it, which refreshes once for all calls', async () => {
    const [first, second] = [openTab(), openTab()]
    await first.session.signIn(wire.ledger.issue())
    await until(wire, () => second.events.includes('adopted'))
    for (let round = 1; round <= 3; round++) {
      clock.advance(1000)
      const calls = [first, second, second].map(({ client }) => wire.call(client))
      expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200])
      expect(wire.ledger.presented).toHaveLength(round)
    }
  })

  test('a token that was refused is replaced by asking, once', async () => {
    const [first, second] = [openTab(), openTab()]
    await first.session.signIn(wire.ledger.issue())
    await until(wire, () => second.events.includes('adopted'))
    refuseCurrent(wire)
    expect((await wire.call(second.client)).status).toBe(200)
    expect(wire.ledger.presented).toEqual(['refresh-canary-1'])
  })

  test('a tab whose refresh token has gone with the tab that logged in goes on until its access token ends', async () => {
    const [first, second] = [openTab(), openTab()]
    await first.session.signIn(wire.ledger.issue())
    await until(wire, () => second.events.includes('adopted'))
    first.session.close()
    clock.advance(880)
    expect((await wire.call(second.client)).status).toBe(200)
    clock.advance(120)
    await expectFailure(wire.call(second.client), 'SIGNED_OUT')
    expect(second.events).toEqual(['adopted', 'signed-out'])
    expect(wire.ledger.presented).toEqual([])
  })

  test('a logout in any tab ends the session in all', async () => {
    const tabs = [openTab(), openTab(), openTab()]
    const [first, second] = tabs
    await first?.session.signIn(wire.ledger.issue())
    await until(wire, () => tabs.slice(1).every(({ events }) => events.includes('adopted')))
    await second?.session.signOut()
    await until(wire, () => tabs.every(({ events }) => events.at(-1) === 'signed-out'))
    for (const { client } of tabs) await expectFailure(wire.call(client), 'SIGNED_OUT')
    expect(wire.ledger.presented).toEqual([])
  })
})

describe('tabs that share a storage', () => {
  test('any tab goes on when the one that logged in is closed', async () => {
    const shared = storage()
    const [first, second] = [openTab({ storage: shared }), openTab({ storage: shared })]
    await first.session.signIn(wire.ledger.issue())
    await until(wire, () => second.events.includes('adopted'))
    first.session.close()
    for (let round = 1; round <= 3; round++) {
      clock.advance(1000)
      expect((await wire.call(second.client)).status).toBe(200)
    }
    expect(wire.ledger.presented).toEqual([1, 2, 3].map((at) => `refresh-canary-${String(at)}`))
    expect(second.events).not.toContain('signed-out')
  })
})

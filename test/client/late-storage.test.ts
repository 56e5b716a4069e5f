import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fromSession, jwtClient, type StoredSession } from '../../src/client/index.js'
import { fakeClock, type FakeClock } from '../../src/testkit/index.js'
import { until } from './contract/setup.js'
import { type HttpWire } from './wire.js'
import { fetchWire } from './wires/fetch.js'

// A tab's localStorage shows what another tab has written later than the message about it comes, as often as not.

let wire: HttpWire
let clock: FakeClock
let opened: { close(): void }[]
/** The kinds of the messages between the tabs. */
let heard: unknown[]
/** What is stored, as the tab that wrote it sees it. */
let kept: StoredSession | undefined
/** What the second tab sees of it. */
let shown: StoredSession | undefined
let first: Tab
let second: Tab

beforeEach(async () => {
  wire = await fetchWire()
  clock = fakeClock(Math.floor(Date.now() / 1000))
  heard = []
  const listener = new BroadcastChannel('jotgate:shop')
  listener.onmessage = (event: unknown) =>
    heard.push((event as { data: { kind: unknown } }).data.kind)
  opened = [listener]
  kept = shown = undefined
  first = openTab(() => kept)
  second = openTab(() => shown)
})
afterEach(async () => {
  for (const each of opened) each.close()
  await wire.close()
})

type Tab = ReturnType<typeof openTab>

function openTab(load: () => StoredSession | undefined) {
  const events: string[] = []
  const save = (pair?: StoredSession) => {
    kept = pair
  }
  const session = fromSession({
    endpoint: wire.endpoint,
    tabs: 'shop',
    timeout: 60,
    now: clock.now,
    onEvent: ({ kind }) => events.push(kind),
    storage: { load: () => load(), save },
  })
  opened.push(session)
  return { session, client: jwtClient({ source: session, origins: [wire.home] }), events }
}

/** Both tabs are signed in, and their access token has run out. */
async function signInBoth(): Promise<void> {
  await first.session.signIn(wire.ledger.issue())
  shown = kept
  await until(wire, () => second.events.includes('adopted'))
  clock.advance(1000)
}

/** Web Locks within one process: a lock of whatever name, given in order. */
function fakeLocks() {
  let count = 0
  let last: Promise<unknown> = Promise.resolve()
  type Run = (lock: object | null) => Promise<void>
  const request = (_name: string, { ifAvailable = false }, run: Run) => {
    if (ifAvailable && count > 0) return run(null)
    count++
    const work = last
      .then(() => run({}))
      .finally(() => {
        count--
      })
    last = work.catch(() => undefined)
    return work
  }
  return { request, count: () => count }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 50))

test('a tab that waits for another refresh reads its storage until that shows the outcome', async () => {
  const { count, ...locks } = fakeLocks()
  vi.stubGlobal('navigator', { locks })
  let loads = 0
  first = openTab(() => kept)
  // Behind by the load at the lock, the one for the message and one more.
  second = openTab(() => (heard.includes('refreshed') && ++loads > 3 ? kept : shown))
  await signInBoth()
  let release: () => void = () => undefined
  wire.ledger.holdRefresh = new Promise<void>((resolve) => {
    release = resolve
  })
  const calls = [wire.call(first.client)]
  await until(wire, () => wire.ledger.presented.length === 1)
  calls.push(wire.call(second.client))
  await until(wire, () => count() === 2)
  release()
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200])
  expect(wire.ledger.presented).toEqual(['refresh-canary-1'])
})

test('a tab takes a refresh that its storage shows later than the message comes', async () => {
  await signInBoth()
  await wire.call(first.client)
  await until(wire, () => heard.includes('refreshed'))
  await settled()
  expect(second.events).toEqual(['adopted'])
  shown = kept
  await until(wire, () => second.events.length === 2)
  expect((await wire.call(second.client)).status).toBe(200)
  expect(second.events).toEqual(['adopted', 'adopted'])
  expect(wire.ledger.presented).toEqual(['refresh-canary-1'])
})

test('a login reaches a tab whose storage shows it later than the message comes', async () => {
  expect(await second.session.isSignedIn()).toBe(false)
  await first.session.signIn(wire.ledger.issue())
  await until(wire, () => heard.includes('signed-in'))
  await settled()
  expect(await second.session.isSignedIn()).toBe(false)
  shown = kept
  await until(wire, () => second.events.includes('adopted'))
  expect((await wire.call(second.client)).status).toBe(200)
})

test('a logout ends the wait of a tab for its storage to show a login', async () => {
  await first.session.signIn(wire.ledger.issue())
  const old = kept
  await until(wire, () => heard.includes('signed-in'))
  await first.session.signOut()
  await until(wire, () => second.events.includes('signed-out'))
  shown = old
  await settled()
  expect(await second.session.isSignedIn()).toBe(false)
})

test('the answer to a refresh does not replace a login that came meanwhile, though the storage does not show it yet', async () => {
  await signInBoth()
  let release: () => void = () => undefined
  wire.ledger.holdRefresh = new Promise<void>((resolve) => {
    release = resolve
  })
  const call = second.session.grant({ origin: wire.home }).catch(() => undefined)
  await until(wire, () => wire.ledger.presented.length === 1)
  await first.session.signIn({ accessToken: 'next', refreshToken: 'next', expiresIn: 500 })
  await until(wire, () => heard.filter((kind) => kind === 'signed-in').length === 2)
  await settled()
  release()
  await call
  expect(kept).toMatchObject({ refreshToken: 'next' })
  shown = kept
  await until(wire, () => second.events.length === 2)
  expect(second.events).toEqual(['adopted', 'adopted'])
  expect(await second.session.grant({ origin: wire.home })).toEqual({ token: 'next' })
})

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fromSession, jwtClient } from '../../src/client/index.js'
import { fakeClock } from '../../src/testkit/index.js'
import { refuseCurrent, signIn, until } from './contract/setup.js'
import { type HttpWire } from './wire.js'
import { fetchWire } from './wires/fetch.js'

let wire: HttpWire
beforeEach(async () => {
  wire = await fetchWire()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await wire.close()
})

/** Lets time pass that the machine's clock does not show, or that shows beside it. */
function passed(): { advance(seconds: number): void } {
  const really = performance.now.bind(performance)
  let extraMs = 0
  vi.spyOn(performance, 'now').mockImplementation(() => really() + extraMs)
  return {
    advance: (seconds) => {
      extraMs += seconds * 1000
    },
  }
}

const jumps = [-86_400, -7200, -60, -1, 60, 7200, 86_400]

describe.each(jumps)('a clock that jumps by %d seconds', (jump) => {
  test('a token refreshed before the jump and refused after it is refreshed once, and the call succeeds', async () => {
    const { client, clock } = await signIn(wire)
    clock.advance(1000)
    expect((await wire.call(client)).status).toBe(200)
    // At a jump of one second the refused token is still a young one.
    if (Math.abs(jump) < 5) clock.advance(10)
    clock.advance(jump)
    refuseCurrent(wire)
    for (let call = 0; call < 5; call++) expect((await wire.call(client)).status).toBe(200)
    expect(wire.ledger.presented).toEqual(['refresh-canary-1', 'refresh-canary-2'])
  })

  test('a token that is still accepted causes one refresh at most', async () => {
    const { client, clock } = await signIn(wire)
    clock.advance(jump)
    for (let call = 0; call < 20; call++) {
      expect((await wire.call(client)).status).toBe(200)
      clock.advance(1)
    }
    expect(wire.ledger.presented.length).toBeLessThanOrEqual(1)
  })

  test('a session that the jump has met is refreshed ahead of need again, at its time', async () => {
    const time = passed()
    const { client, clock } = await signIn(wire)
    const pass = (seconds: number) => {
      clock.advance(seconds)
      time.advance(seconds)
    }
    pass(100)
    clock.advance(jump)
    const before = wire.ledger.presented.length
    pass(400)
    await wire.call(client)
    await until(wire, () => wire.ledger.presented.length === before + 1)
  })
})

test('a token runs out in time although the clock was put back two hours', async () => {
  const time = passed()
  const { client, clock } = await signIn(wire)
  clock.advance(-7200)
  time.advance(1000)
  expect((await wire.call(client)).status).toBe(200)
  expect(wire.ledger.presented).toEqual(['refresh-canary-1'])
  expect(wire.ledger.values()).toEqual(['Bearer canary-2'])
})

test('a token that has expired already, by a clock two hours ahead and absolute times alone, is used until it is refused', async () => {
  const clock = fakeClock()
  const session = fromSession({ endpoint: wire.endpoint, now: clock.now })
  const times = { access_expire: clock.now() - 6300, refresh_after: clock.now() - 6750 }
  const issue = () => {
    const name = `canary-${String(wire.ledger.presented.length)}`
    wire.ledger.accepted = `Bearer ${name}`
    return { access_token: name, refresh_token: 'r', ...times }
  }
  wire.ledger.issue = issue
  await session.signIn(issue())
  const client = jwtClient({ source: session, origins: [wire.home] })
  for (let call = 0; call < 10; call++) expect((await wire.call(client)).status).toBe(200)
  expect(wire.ledger.presented).toEqual([])
  refuseCurrent(wire)
  for (let call = 0; call < 10; call++) expect((await wire.call(client)).status).toBe(200)
  expect(wire.ledger.presented).toEqual(['r'])
})

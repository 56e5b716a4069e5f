import { afterEach, expect, test } from 'vitest'
import {
  createRevocation,
  type Revocation,
  type RevocationOptions,
} from '../../src/revocation/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testkit/index.js'
import { codeOf } from '../session/setup.js'
import type { Claims, VerifiedToken } from '../../src/token/index.js'
import { issuer, verifiedToken } from './tokens.js'

const open: Revocation[] = []
afterEach(() => {
  for (const revocation of open.splice(0)) revocation.close()
})

async function makeRevocation(options: Partial<RevocationOptions> = {}) {
  const clock = fakeClock()
  const store = memoryStores().revocations
  const revocation = createRevocation({
    ...{ store, issuer, accessTtl: '15m', now: clock.now },
    ...options,
  })
  open.push(revocation)
  await revocation.start()
  clock.advance(10)
  return { revocation, clock }
}

type Made = Awaited<ReturnType<typeof makeRevocation>>

let made = 0
/** An access token; each has its own name and session. */
function token({ clock }: Made, claims: Claims = {}): Promise<VerifiedToken> {
  const name = String(made++)
  const own = { sub: 'user-1', jti: `jti-${name}`, sid: `sid-${name}`, iat: clock.now() }
  return verifiedToken({ ...own, ...claims }, clock.now)
}

/** By single token, and by session. */
const ways = {
  token: ({ revocation }: Made, one: VerifiedToken) => revocation.revoke({ token: one }),
  session: ({ revocation }: Made, { payload }: VerifiedToken) =>
    revocation.revoke({
      sid: String(payload['sid']),
      of: { subject: String(payload.sub), issuedUntil: payload.iat ?? 0 },
    }),
}

test.each(Object.entries(ways))(
  'a subject that revokes one %s after the other makes nine entries, and each is refused',
  async (_, revoke) => {
    const world = await makeRevocation()
    const before = world.revocation.status().entries
    for (let round = 0; round < 200; round++) {
      const one = await token(world)
      await revoke(world, one)
      expect(world.revocation.isRevoked(one)).toBe(true)
      world.clock.advance(1)
    }
    expect(world.revocation.status().entries - before).toBe(9)
  },
)

test('a cut-off of one subject refuses no token of another, nor one issued after the revoked one', async () => {
  const world = await makeRevocation()
  const [foreign, otherIssuer] = [
    await token(world, { sub: 'user-2' }),
    await token(world, { iss: 'https://other.example' }),
  ]
  const ones = await Promise.all(Array.from({ length: 12 }, () => token(world)))
  world.clock.advance(1)
  const later = await token(world)
  world.clock.advance(100)
  for (const one of ones) await ways.token(world, one)
  const refused = [...ones, later, foreign, otherIssuer].map((one) =>
    world.revocation.isRevoked(one),
  )
  expect(refused).toEqual([...ones.map(() => true), false, false, false])
})

test('eight entries of one subject refuse none of its other tokens', async () => {
  const world = await makeRevocation()
  const other = await token(world)
  for (let round = 0; round < 8; round++) await ways.token(world, await token(world))
  expect(world.revocation.isRevoked(other)).toBe(false)
})

test('revoking the same token again and again counts once', async () => {
  const world = await makeRevocation()
  const [one, other] = [await token(world), await token(world)]
  for (let round = 0; round < 20; round++) await ways.token(world, one)
  await ways.token(world, await token(world))
  expect(world.revocation.isRevoked(other)).toBe(false)
})

test('a token dated ahead of this clock is revoked by its own name, and nothing else with it', async () => {
  const world = await makeRevocation()
  for (let round = 0; round < 9; round++) await ways.token(world, await token(world))
  world.clock.advance(1)
  const [ahead, other] = [await token(world, { iat: world.clock.now() + 30 }), await token(world)]
  await ways.token(world, ahead)
  expect(world.revocation.isRevoked(ahead)).toBe(true)
  expect(world.revocation.isRevoked(other)).toBe(false)
})

test('when the entries have expired, tokens are revoked one by one again', async () => {
  const world = await makeRevocation()
  for (let round = 0; round < 12; round++) await ways.token(world, await token(world))
  world.clock.advance(2 * (900 + 360) + 1)
  const other = await token(world)
  await ways.token(world, await token(world))
  expect(world.revocation.isRevoked(other)).toBe(false)
})

test('the last tenth of the list is for what is urgent', async () => {
  const world = await makeRevocation({ maxEntries: 100 })
  const { revocation } = world
  const others: (string | undefined)[] = []
  for (let round = 0; round < 120; round++)
    others.push(await codeOf(revocation.revoke({ sid: `sid-${String(round)}` })))
  expect(revocation.status().entries).toBe(90)
  expect(others.filter((code) => code === 'STORE_UNAVAILABLE').length).toBeGreaterThan(20)
  for (let round = 0; round < 10; round++)
    await revocation.revoke({ sid: `urgent-${String(round)}`, urgent: true })
  expect(await codeOf(revocation.revoke({ sid: 'one more', urgent: true }))).toBe(
    'STORE_UNAVAILABLE',
  )
})

test('a sid is revoked by its name alone: by no cut-off, and by none of another issuer', async () => {
  const { revocation, clock } = await makeRevocation()
  await revocation.revoke({ all: true, before: clock.now() })
  await revocation.revoke({ subject: 'user-1', before: clock.now() })
  await revocation.revoke({ sid: 'sid-a', issuer: 'https://other.example' })
  await revocation.revoke({ sid: 'sid-b' })
  expect(['sid-a', 'sid-b', 'sid-c'].map((sid) => revocation.isSidRevoked(sid))).toEqual([
    false,
    true,
    false,
  ])
  clock.advance(900 + 360 + 1)
  expect(revocation.isSidRevoked('sid-b')).toBe(false)
})

test('the entries of each subject count for it alone', async () => {
  const world = await makeRevocation()
  for (let round = 0; round < 12; round++) await ways.token(world, await token(world))
  const [one, other] = [
    await token(world, { sub: 'user-2' }),
    await token(world, { sub: 'user-2' }),
  ]
  await ways.token(world, one)
  expect([one, other].map((each) => world.revocation.isRevoked(each))).toEqual([true, false])
})

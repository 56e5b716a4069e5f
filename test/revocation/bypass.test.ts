import { afterEach, describe, expect, test } from 'vitest'
import { from } from '../../src/gate/index.js'
import type { RevokeRequest } from '../../src/revocation/index.js'
import { fakeClock } from '../../src/testkit/index.js'
import { raw } from '../adapters/raw-http.js'
import { guarded, tolerance, type Alg } from './guarded.js'
import { spellings, type Spelling } from './spellings.js'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A guarded service with a simulated clock, and a client that sends requests byte by byte as given. */
async function serve(guarding: Parameters<typeof guarded>[0]) {
  const clock = fakeClock()
  const service = await guarded({ now: clock.now, ...guarding })
  closing.push(service.close)
  const ask = async ({ lines, target = '/' }: Omit<Spelling, 'name'>) =>
    (await raw(service.base, [`GET ${target} HTTP/1.1`, ...lines])).status
  const status = (token: string) => ask({ lines: [`Authorization: Bearer ${token}`] })
  return { ...service, clock, ask, status }
}

const claims = { sub: 'user-1', jti: 'token-1', sid: 'session-1', client_id: 'web' }

/** Spellings that a gate must accept for a valid token: the scheme in other letters, or other spaces. */
const accepted = [
  'bearer in lower case',
  'BEARER in upper case',
  'bEaReR in both',
  'several blanks after the scheme',
  'blanks around the value',
]

describe.each<Alg>(['HS256', 'ES256'])('with %s', (alg) => {
  const twins = alg === 'ES256' ? ['r and n - s'] : []

  test.each([
    ['without a cache', false],
    ['with a cache of verified tokens', true],
  ])('a revoked token is refused in every other spelling, %s', async (_, cache) => {
    const { sign, revocation, ask, status } = await serve({ alg, cache })
    const token = await sign(claims)
    const all = spellings(token, alg)
    expect(all.length).toBeGreaterThan(alg === 'ES256' ? 48 : 40)
    const before = await Promise.all(all.map((each) => ask(each)))
    const inside = all.filter((_each, at) => before[at] === 200).map(({ name }) => name)
    // Twice each, so that the cache has every accepted spelling.
    expect(inside.sort()).toEqual([...accepted, ...twins].sort())
    expect(await status(token)).toBe(200)
    await revocation.revoke({ jti: claims.jti })
    const answers = await Promise.all([...all, ...all].map((each) => ask(each)))
    expect(new Set(answers)).toEqual(new Set([400, 401]))
    expect(await status(token)).toBe(401)
    expect(await status(await sign({ ...claims, jti: 'token-2' }))).toBe(200)
  })
})

test('the spellings defeat a deny list of token strings', async () => {
  const denied = new Set<string>()
  let text = ''
  const bearer = from.bearer()
  const { sign, ask, status } = await serve({
    alg: 'ES256',
    gateOptions: {
      extract: (call) => (text = bearer(call) ?? ''),
      isRevoked: () => denied.has(text),
    },
  })
  const token = await sign(claims)
  denied.add(token)
  expect(await status(token)).toBe(401)
  const got: string[] = []
  for (const each of spellings(token, 'ES256')) if ((await ask(each)) === 200) got.push(each.name)
  expect(got).toEqual(['r and n - s'])
})

describe('a revoked token', () => {
  const requests: readonly (readonly [string, (now: number) => RevokeRequest])[] = [
    ['its id', () => ({ jti: claims.jti })],
    ['its session', () => ({ sid: claims.sid })],
    ['its client', () => ({ client: claims.client_id })],
    ['its subject', (now) => ({ subject: claims.sub, before: now })],
    ['everything until now', (now) => ({ all: true, before: now })],
  ]

  test.each(requests)(
    'a token revoked by %s is refused until its clock tolerance is over',
    async (_, request) => {
      const { sign, revocation, clock, status } = await serve({ cache: true })
      const token = await sign(claims)
      await revocation.revoke(request(clock.now()))
      clock.advance(1)
      const good = await sign({
        ...claims,
        jti: 'b',
        sid: 'b',
        sub: 'b',
        client_id: 'b',
        exp: clock.now() + 899,
      })
      const both = async () => [await status(token), await status(good)]
      expect(await both()).toEqual([401, 200])
      for (const seconds of [898, 1, tolerance - 1]) {
        clock.advance(seconds)
        expect(await both()).toEqual([401, 200])
      }
      clock.advance(1)
      expect(await both()).toEqual([401, 401])
    },
  )

  test('revocation is checked at every request, even for a token in the cache of verified tokens', async () => {
    const { sign, revocation, status, verifications } = await serve({ cache: true })
    const [token, other] = [await sign(claims), await sign({ ...claims, sid: 'session-2' })]
    for (const each of [token, other, token, other]) expect(await status(each)).toBe(200)
    expect(verifications()).toBe(2)
    await revocation.revoke({ sid: claims.sid })
    expect([await status(token), await status(other)]).toEqual([401, 200])
    expect(verifications()).toBe(2)
  })
})

import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { type Claims, createVerifier, type VerifiedToken } from '../../../src/token/index.js'
import { audience, forge, goodClaims, issuer, key, now, verifierWith, withClaims } from './forge.js'

const base = { keys: key, algorithms: ['HS256'], issuer, audience, now: () => now } as const

describe('the type of the claims is what the schema makes of them', () => {
  test('a Standard Schema gives the claims their type', async () => {
    const claims = z.object({ sub: z.string(), role: z.string().default('user'), exp: z.number() })
    const verify = createVerifier({ ...base, claims })
    const token = await verify(forge())
    expectTypeOf(token.claims).toEqualTypeOf<{ sub: string; role: string; exp: number }>()
    expectTypeOf(token.payload).toEqualTypeOf<Claims>()
    expect(token.claims).toEqual({ sub: 'u1', role: 'user', exp: goodClaims.exp })
    expect(token.payload).toEqual(goodClaims)
  })
  test('a function gives the claims their type', async () => {
    const verify = createVerifier({ ...base, claims: (claims) => ({ user: claims.sub ?? '' }) })
    const token = await verify(forge())
    expectTypeOf(token.claims).toEqualTypeOf<{ user: string }>()
    expect(token.claims).toEqual({ user: 'u1' })
  })
  test('an asynchronous function gives the claims their type', async () => {
    const verify = createVerifier({ ...base, claims: (claims) => Promise.resolve(claims.sub) })
    const token = await verify(forge())
    expectTypeOf(token.claims).toEqualTypeOf<string | undefined>()
    expect(token.claims).toBe('u1')
  })
  test('an asynchronous Standard Schema gives the claims their type', async () => {
    const claims = z.object({ sub: z.string().refine((sub) => Promise.resolve(sub === 'u1')) })
    expect((await verifierWith({ claims })(forge())).claims).toEqual({ sub: 'u1' })
  })
  test('without a schema the type of the claims is that of the registered claims', async () => {
    const token = await createVerifier(base)(forge())
    expectTypeOf(token).toEqualTypeOf<VerifiedToken>()
    expectTypeOf(token.claims.exp).toEqualTypeOf<number | undefined>()
    expect(token.claims).toBe(token.payload)
  })
})

test('only a verifier makes a VerifiedToken', () => {
  const lookalike = { header: { alg: 'HS256' }, claims: {}, payload: {} }
  // @ts-expect-error the brand is missing
  const token: VerifiedToken = lookalike
  expect(token).toBeDefined()
})

describe('what is handed out is frozen all the way down', () => {
  const deep = { a: { b: [{ c: 1 }] }, list: [[1]] }
  const isDeeplyFrozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen))

  test('token, header, claims and payload are frozen', async () => {
    const token = await verifierWith()(withClaims(deep))
    expect(isDeeplyFrozen(token)).toBe(true)
  })
  test('bigint claims are frozen', async () => {
    const payload = `${JSON.stringify({ ...goodClaims, ...deep }).slice(0, -1)},"id":9007199254740993}`
    expect(isDeeplyFrozen(await verifierWith({ bigints: true })(forge({ payload })))).toBe(true)
  })
  test('the output of a schema and of a function is frozen', async () => {
    const schema = z.looseObject({ a: z.object({ b: z.array(z.object({ c: z.number() })) }) })
    const bySchema = await verifierWith({ claims: schema })(withClaims(deep))
    const byFunction = await verifierWith({ claims: () => ({ x: { y: [1] } }) })(forge())
    expect(isDeeplyFrozen(bySchema)).toBe(true)
    expect(isDeeplyFrozen(byFunction)).toBe(true)
  })
})

import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import {
  type Claims,
  type ClaimsSchema,
  createSigner,
  createVerifier,
  type VerifiedToken,
} from '../../../src/token/index.js'
import { pairFor } from '../../key/pairs.js'
import {
  audience,
  forge,
  goodClaims,
  issuer,
  key,
  now,
  verdict,
  verifierWith,
  withClaims,
} from './forge.js'

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
    expectTypeOf(token).toExtend<VerifiedToken>()
    expectTypeOf(token.claims.sub).toEqualTypeOf<string | undefined>()
    expect(token.claims).toBe(token.payload)
  })
  test('a claim that is required is not undefined in the types: exp, and what requiredClaims names', async () => {
    const verify = createVerifier({ ...base, requiredClaims: ['sub', 'tenant'] })
    const token = await verify(forge({ payload: { ...goodClaims, tenant: 't1' } }))
    expectTypeOf(token.claims.exp).toEqualTypeOf<number>()
    expectTypeOf(token.claims.sub).toEqualTypeOf<string>()
    expectTypeOf(token.claims.tenant).not.toBeNullable()
    expectTypeOf(token.claims.jti).toEqualTypeOf<string | undefined>()
    expect(token.claims.tenant).toBe('t1')
  })
  test('a claim that need not be there may be undefined in the types', async () => {
    const names: readonly string[] = ['sub']
    const verify = createVerifier({ ...base, expiry: 'optional', requiredClaims: names })
    const { claims } = await verify(forge())
    expectTypeOf(claims.exp).toEqualTypeOf<number | undefined>()
    expectTypeOf(claims.sub).toEqualTypeOf<string | undefined>()
    expect(claims.sub).toBe('u1')
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

describe('a handler cannot change the claims of the next request', () => {
  const { signing, verifying } = pairFor('EdDSA')
  const sign = createSigner({ key: signing, issuer, audience, expiresIn: 600, now: () => now })

  class User {
    #roles = ['user']
    get roles() {
      return this.#roles
    }
  }

  interface Held {
    readonly roles: Iterable<string>
  }

  const outputs: Readonly<Record<string, ClaimsSchema<Held>>> = {
    'a read-only zod object': z.object({ roles: z.array(z.string()) }).readonly(),
    'a frozen object with an array': (claims) =>
      Object.freeze({ roles: [...(claims['roles'] as string[])] }),
    'a Set': (claims) => ({ roles: new Set(claims['roles'] as string[]) }),
    'a Map': (claims) => {
      const roles = new Map((claims['roles'] as string[]).map((role) => [role, true]))
      return { roles: { [Symbol.iterator]: () => roles.keys(), add: roles.set.bind(roles) } }
    },
    'a class with private fields': () => new User(),
    'an accessor': () => {
      const roles = ['user']
      return {
        get roles() {
          return roles
        },
      }
    },
    bytes: () => ({ roles: ['user'], [Symbol.iterator]: undefined, bytes: new Uint8Array([1]) }),
    'a symbol': () => ({ roles: ['user'], [inside]: ['user'] }),
    'plain data': z.object({ roles: z.array(z.string()) }),
  }

  test.each(Object.entries(outputs))('schema output with %s stays unchanged', async (_, claims) => {
    const keys = { find: () => verifying, version: () => 0 }
    const verify = createVerifier({
      ...{ keys, algorithms: ['EdDSA'], issuer, audience, now: () => now, claims },
      cache: { entries: 16, bytes: 100_000 },
    })
    const token = await sign({ roles: ['user'] })
    const first = await verify(token)
    const before = look(first.claims)
    addRole(first.claims)
    const second = await verify(token)
    expect(look(second.claims)).toEqual(before)
    expect(verify.cacheUse()).toEqual({ hits: 1, misses: 1 })
  })

  test('plain data of a schema comes from the cache, and anything else from the schema', async () => {
    let runs = 0
    const counted = (output: () => unknown) => ({
      keys: verifying,
      ...({ algorithms: ['EdDSA'], issuer, audience, now: () => now } as const),
      claims: () => {
        runs++
        return output()
      },
    })
    const token = await sign()
    const plain = createVerifier(counted(() => ({ list: [{ at: 1 }], none: null })))
    expect(await plain(token)).toBe(await plain(token))
    expect(runs).toBe(1)
    const dated = createVerifier(counted(() => ({ at: new Date(0) })))
    const [one, other] = [await dated(token), await dated(token)]
    expect(one).not.toBe(other)
    expect(runs).toBe(3)
  })

  test('a schema that refuses the claims later refuses a token from the cache', async () => {
    let banned = false
    const claims = () => {
      if (banned) throw new Error('banned')
      return { since: new Date(0) }
    }
    const keys = { find: () => verifying, version: () => 0 }
    const verify = createVerifier({
      ...({ keys, algorithms: ['EdDSA'], issuer, audience, now: () => now, claims } as const),
    })
    const token = await sign()
    expect(await verdict(verify, token)).toBe('accepted')
    banned = true
    expect(await verdict(verify, token)).toBe('CLAIMS_REFUSED')
  })

  test('an output that refers to itself is accepted', async () => {
    const claims = () => {
      const user: Record<string, unknown> = { name: 'u' }
      user['self'] = user
      return user
    }
    expect((await verifierWith({ claims })(forge())).claims).toHaveProperty('self.self.name', 'u')
  })
})

const inside = Symbol('inside')

/** Everything of an output that a handler can see, as text. */
function look(claims: unknown): unknown {
  const { roles, bytes, [inside]: hidden } = claims as Record<PropertyKey, unknown>
  return [[...(roles as Iterable<string>)], String(bytes), String(hidden)]
}

/** What a handler does that treats its claims as its own. */
function addRole(claims: unknown): void {
  const { roles, bytes, [inside]: hidden } = claims as Record<PropertyKey, unknown>
  for (const list of [roles, hidden]) {
    try {
      if (list instanceof Set) list.add('admin')
      else if (typeof list === 'object' && list && 'add' in list)
        (list.add as (role: string, held: boolean) => void)('admin', true)
      else (list as string[]).push('admin')
    } catch {
      // a frozen array
    }
  }
  if (bytes instanceof Uint8Array) bytes[0] = 7
}

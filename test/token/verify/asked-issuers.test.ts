import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/foundation/errors.js'
import { hmacKey, publicKey } from '../../../src/key/index.js'
import { createVerifier } from '../../../src/token/index.js'
import { key, now, secret, verdict } from './forge.js'
import { entry, hmacEntry, named, other, sign, tenant, tenants, verifying } from './tenants.js'

const replaced = publicKey(generateKeyPairSync('ed25519').publicKey, 'EdDSA')

describe('a verifier whose issuers are a function', () => {
  test('a tenant that signed up after the start is accepted', async () => {
    const { verify, state } = tenants({ [tenant]: entry })
    expect(await verdict(verify, await sign(tenant))).toBe('accepted')
    state.known[other] = hmacEntry
    expect(await verdict(verify, await sign(other, key))).toBe('accepted')
    expect(state.asked).toEqual([tenant, other])
  })
  test('the answer may come at once, without a promise', async () => {
    const verify = createVerifier({ issuers: () => entry, now: () => now })
    expect(await verdict(verify, await sign(tenant))).toBe('accepted')
  })
  test('an issuer is verified by its own keys, algorithms and audience alone', async () => {
    const { verify } = tenants({ [tenant]: entry, [other]: { ...hmacEntry, audience: 'b' } })
    expect(await verdict(verify, await sign(tenant, key))).toBe('ALGORITHM_REFUSED')
    expect(await verdict(verify, await sign(other, key))).toBe('AUDIENCE_MISMATCH')
    const another = hmacKey(new Uint8Array(secret).reverse(), 'HS256')
    expect(await verdict(verify, await sign(other, another))).toBe('SIGNATURE_INVALID')
  })
  test('a token without iss is refused, and the function is not asked', async () => {
    const { verify, state } = tenants({})
    expect(await verdict(verify, named(undefined))).toBe('CLAIM_MISSING')
    expect(state.asked).toEqual([])
  })
  test.each([
    ['http', 'http://login.example'],
    ['no URL', 'login.example'],
    ['an incomplete URL', 'https://'],
    ['another scheme', 'file:///etc/passwd'],
    ['a number', 1],
    ['a list', [tenant]],
    ['null', null],
    ['an empty text', ''],
    ['513 characters', `https://login.example/${'a'.repeat(491)}`],
    ['a query', `${tenant}?a`],
    ['a fragment', `${tenant}#a`],
    ['a user', 'https://user@login.example/'],
    ['dot segments', 'https://login.example/tenants/../files/1'],
    ['escaped dot segments', 'https://login.example/tenants/%2e%2e/files/1'],
    ['an escaped slash', 'https://login.example/tenants/..%2ffiles'],
    ['a backslash', 'https://login.example\\@evil.example/'],
    ['capitals in the host', 'https://Login.example/'],
    ['the default port', 'https://login.example:443/'],
    ['a space at the end', `${tenant} `],
    ['a line break', `${tenant}\n`],
    ['letters that are not ASCII', 'https://lögin.example/'],
  ])('the function is not asked for an iss with %s', async (_, iss) => {
    const { verify, state } = tenants({})
    expect(await verdict(verify, named(iss))).toBe('ISSUER_MISMATCH')
    expect(state.asked).toEqual([])
  })
  test.each([
    'https://login.example',
    'https://login.example/',
    'https://login.example:8443/realms/a-b_c.d~e/',
    `https://login.example/${'a'.repeat(490)}`,
  ])('the function is asked for %s', async (iss) => {
    const { verify, state } = tenants({ [iss]: hmacEntry })
    expect(await verdict(verify, named(iss))).toBe('accepted')
    expect(state.asked).toEqual([iss])
  })
})

describe('what a function answered counts for a time', () => {
  test('a known tenant is not asked for again before trustFor has passed', async () => {
    const { verify, state } = tenants({ [tenant]: hmacEntry }, { trustFor: '10s' })
    for (state.time = now; state.time < now + 10; state.time++) await verify(named(tenant))
    expect(state.asked).toHaveLength(1)
    await verify(named(tenant))
    expect(state.asked).toHaveLength(2)
  })
  test('a removed tenant is refused after trustFor, also with a token that was verified before', async () => {
    const { verify, state } = tenants({ [tenant]: entry })
    const token = await sign(tenant)
    await verify(token)
    state.known = {}
    state.time = now + 59
    expect(await verdict(verify, token)).toBe('accepted')
    expect(verify.cacheUse()?.hits).toBe(1)
    state.time = now + 60
    expect(await verdict(verify, token)).toBe('ISSUER_MISMATCH')
  })
  test('a tenant whose keys were replaced is verified by the new ones, also from the cache', async () => {
    const { verify, state } = tenants({ [tenant]: entry })
    const token = await sign(tenant)
    await verify(token)
    state.known = { [tenant]: { ...entry, keys: replaced } }
    state.time = now + 60
    // Another token of the tenant has the function asked, so that the tenant is known again.
    expect(await verdict(verify, await sign(tenant, key))).toBe('ALGORITHM_REFUSED')
    expect(await verdict(verify, token)).toBe('SIGNATURE_INVALID')
  })
  test('other tenants are still answered from the cache when one is asked for again', async () => {
    const { verify, state } = tenants({ [tenant]: entry, [other]: entry })
    const [first, second] = [await sign(tenant), await sign(other)]
    await verify(first)
    state.time = now + 30
    await verify(second)
    state.time = now + 60
    await verify(first)
    await verify(second)
    expect(verify.cacheUse()).toEqual({ hits: 1, misses: 3 })
  })
  test('a change of one tenant leaves the tokens of the others in the cache', async () => {
    const state = { version: 0 }
    const keys = { find: () => verifying, version: () => state.version }
    const { verify } = tenants({ [tenant]: { ...entry, keys }, [other]: entry })
    const [first, second] = [await sign(tenant), await sign(other)]
    await verify(first)
    await verify(second)
    state.version++
    await verify(first)
    await verify(second)
    expect(verify.cacheUse()).toEqual({ hits: 1, misses: 3 })
  })
  test('a tenant that was removed stays removed when the clock is put back', async () => {
    const { verify, state } = tenants({ [tenant]: entry })
    const token = await sign(tenant)
    await verify(token)
    state.known = {}
    for (state.time = now + 60; state.time > now; state.time -= 20)
      expect(await verdict(verify, token)).toBe('ISSUER_MISMATCH')
  })
  test('a clock that was put back makes the verifier ask again', async () => {
    const { verify, state } = tenants({ [tenant]: hmacEntry })
    await verify(named(tenant))
    state.time = now - 5
    await verify(named(tenant))
    expect(state.asked).toHaveLength(2)
  })
  test.each([undefined, null])(
    'an issuer that is unknown (%s) is asked for again after 30 s',
    async (answer) => {
      const asked: string[] = []
      let time = now
      const issuers = (issuer: string) => {
        asked.push(issuer)
        return answer
      }
      const verify = createVerifier({ issuers, now: () => time })
      for (time = now; time < now + 30; time++)
        expect(await verdict(verify, named(tenant))).toBe('ISSUER_MISMATCH')
      expect(asked).toHaveLength(1)
      await verdict(verify, named(tenant))
      expect(asked).toHaveLength(2)
    },
  )
  test('invented names never evict a known tenant, and only the newest 1000 are remembered', async () => {
    const { verify, state } = tenants({ [tenant]: hmacEntry }, { perMinute: 5000, known: 1 })
    await verify(named(tenant))
    for (let i = 0; i < 1001; i++)
      await verdict(verify, named(`https://invented.example/${String(i)}`))
    await verify(named(tenant))
    expect(state.asked).toHaveLength(1002)
    await verdict(verify, named('https://invented.example/1'))
    expect(state.asked).toHaveLength(1002)
    await verdict(verify, named('https://invented.example/0'))
    expect(state.asked).toHaveLength(1003)
  })
  test('of more known tenants than known, the one asked for longest ago is forgotten, with its tokens', async () => {
    const third = 'https://login.example/tenants/3'
    const { verify, state } = tenants(
      { [tenant]: entry, [other]: entry, [third]: entry },
      { known: 2 },
    )
    const [first, second] = [await sign(tenant), await sign(other)]
    await verify(first)
    state.time = now + 30
    await verify(second)
    state.time = now + 60
    await verify(first) // asked for again
    await verify(await sign(third))
    state.known = {}
    expect(await verdict(verify, first)).toBe('accepted')
    expect(await verdict(verify, second)).toBe('ISSUER_MISMATCH')
  })
})

describe('the options of a function of issuers', () => {
  const issuers = () => undefined
  test.each([
    ['a key beside it', { issuers, keys: key }],
    ['an issuer beside it', { issuers, issuer: tenant }],
    ['a misspelt limit', { issuers, lookups: { perMinuet: 1 } }],
    ['a trustFor of no time', { issuers, lookups: { trustFor: 0 } }],
    ['a trustFor of a day', { issuers, lookups: { trustFor: '1d' } }],
    ['no look-ups at all', { issuers, lookups: { perMinute: 0 } }],
    ['no known issuers at all', { issuers, lookups: { known: 0 } }],
    ['limits beside an object of issuers', { issuers: { [tenant]: entry }, lookups: {} }],
    ['limits beside one issuer', { ...entry, issuer: tenant, lookups: {} }],
  ])('%s is a ConfigError', (_, options) => {
    expect(() => createVerifier(options as never)).toThrow(ConfigError)
  })
  test('explain says which step refuses, and asks the function as verify does', async () => {
    const { verify, state } = tenants({ [tenant]: entry })
    expect(await verify.explain(await sign(tenant))).toMatchObject({ ok: true })
    const { code, checks } = await verify.explain(named(other))
    expect(code).toBe('ISSUER_MISMATCH')
    expect(checks.find(({ name }) => name === 'issuer')).toMatchObject({
      verdict: 'fail',
      expected: 'an https URL that the issuers function knows',
    })
    expect(await verdict(verify, named(other))).toBe('ISSUER_MISMATCH')
    expect(state.asked).toEqual([tenant, other])
  })
})

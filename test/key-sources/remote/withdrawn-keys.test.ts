import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/foundation/errors.js'
import { remoteJwks } from '../../../src/key-sources/remote-jwks.js'
import { json, startJwksServer } from './jwks-server.js'
import { algorithms, answer, ec, jwk, rsa, tokenOf, verifierOf } from './sets.js'
import { setUp } from './setup.js'

const a = rsa()
const A = jwk(a.publicKey, { kid: 'k1', alg: 'RS256' })
const oct = { kty: 'oct', kid: 'k1', alg: 'HS256', k: randomBytes(32).toString('base64url') }

describe('a valid set without a usable key', () => {
  const empty: Readonly<Record<string, unknown[]>> = {
    'no entries': [],
    'another kind only': [jwk(ec('P-521').publicKey, { kid: 'k1' })],
    'keys for encryption only': [{ ...A, use: 'enc' }],
    'a secret only': [oct],
    'a private key only': [jwk(a.privateKey, { kid: 'k1', alg: 'RS256' })],
  }

  test.each(Object.entries(empty))('a keyless set withdraws every key: %s', async (_, entries) => {
    const told: object[] = []
    const { server, clock, keys } = await setUp(json({ keys: [A] }), {
      algorithms,
      onEvent: (event) => told.push(event),
    })
    const verify = verifierOf(keys)
    const token = await tokenOf(a.privateKey, 'RS256', 'k1')
    await verify(token)
    const before = keys.version()
    server.answer = json({ keys: entries })
    clock.add(601)
    expect(await answer(verify, token)).toBe('KEYS_UNAVAILABLE')
    expect(keys.version()).not.toBe(before)
    expect(keys.status()).toMatchObject({ state: 'none', kids: [], problem: { kind: 'set' } })
    expect(keys.status().skipped).toHaveLength(entries.length)
    expect(told.at(-1)).toMatchObject({ type: 'failed', problem: 'set', removed: true })
    server.answer = json({ keys: [A] })
    clock.add(1)
    expect(await answer(verify, token)).toBe('accepted')
    expect(keys.status()).toMatchObject({ state: 'fresh', skipped: [] })
  })

  test.each([
    ['no array of keys', {}],
    ['keys that is null', { keys: null }],
    ['a map of certificates', { k1: '-----BEGIN CERTIFICATE-----' }],
    ['entries of which none is a key', { keys: [null, 'text', {}] }],
  ])('a malformed set withdraws nothing: %s', async (_, body) => {
    const { server, clock, keys } = await setUp(json({ keys: [A] }), { algorithms })
    const verify = verifierOf(keys)
    const token = await tokenOf(a.privateKey, 'RS256', 'k1')
    await verify(token)
    server.answer = json(body)
    clock.add(601)
    expect(await answer(verify, token)).toBe('accepted')
    expect(keys.status()).toMatchObject({ state: 'stale', problem: { kind: 'set' } })
  })
})

test('remoteJwks with an HMAC algorithm is a ConfigError, because no secret comes from a published set', async () => {
  const server = await startJwksServer(json({ keys: [oct] }))
  await server.close()
  expect(() => remoteJwks(server.url, { algorithms: ['HS256'], reach: 'loopback' })).toThrow(
    ConfigError,
  )
})

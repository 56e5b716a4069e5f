import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Algorithm } from '../../../src/key/index.js'
import { createVerifier } from '../../../src/token/index.js'
import {
  audience,
  forge,
  issuer,
  key,
  mac,
  now,
  verdict,
  verifierWith,
  withClaims,
  withHeader,
  withRawClaims,
} from './forge.js'
import { jwkOf } from '../../key/pairs.js'

const verify = verifierWith()

describe('keys in the header of a token', () => {
  let connections = 0
  const server = createServer((_, response) => response.end('{}'))
  let url = ''
  beforeAll(async () => {
    server.on('connection', () => connections++)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`
  })
  afterAll(() => {
    server.close()
  })

  test.each(['jwk', 'jku', 'x5u', 'x5c'])('a header with %s is refused', async (name) => {
    for (const value of [url, {}, [], null, { kty: 'oct', k: 'AAAA' }]) {
      expect(await verdict(verify, withHeader({ [name]: value }))).toBe('HEADER_REFUSED')
    }
  })
  test('a header with the jwk that would verify the token is refused', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = jwkOf(publicKey)
    expect(await verdict(verify, withHeader({ jwk }))).toBe('HEADER_REFUSED')
  })
  test('a header with x5t and x5t#S256 is accepted, and they select no key', async () => {
    const token = withHeader({ x5t: 'AAAA', 'x5t#S256': 'AAAA' })
    expect(await verdict(verify, token)).toBe('accepted')
  })
  test('no URL in a header or in claims is fetched', async () => {
    await verdict(verify, withHeader({ jku: url, x5u: url }))
    await verdict(verify, withClaims({ jku: url }))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(connections).toBe(0)
  })
})

describe('the signature, checked before the claims', () => {
  const spoil = (token: string) => {
    const [header = '', payload = ''] = token.split('.')
    return `${header}.${payload}.${mac('something else')}`
  }
  test.each([
    ['expired claims', withClaims({ exp: 1 })],
    ['another issuer', withClaims({ iss: 'x' })],
    ['claims that are no JSON', forge({ payload: 'no json' })],
    ['duplicate claims', withRawClaims('"a":1,"a":2')],
  ])('a bad signature is reported before %s', async (_, token) => {
    expect(await verdict(verify, spoil(token))).toBe('SIGNATURE_INVALID')
  })
  test('the claims schema is not called for a token with a bad signature', async () => {
    let seen = 0
    const counting = verifierWith({
      claims: (claims) => {
        seen++
        return claims
      },
    })
    await verdict(counting, spoil(forge()))
    await counting.explain(spoil(forge()))
    expect(seen).toBe(0)
    await counting(forge())
    expect(seen).toBe(1)
  })
  test('a key is looked up only for a header that passed its checks', async () => {
    const asked: string[] = []
    const algorithms: readonly Algorithm[] = ['HS256']
    const source = {
      find: (header: { alg: string }) => {
        asked.push(header.alg)
        return key
      },
      version: () => 0,
    }
    const picky = createVerifier({ keys: source, algorithms, issuer, audience, now: () => now })
    await verdict(picky, withHeader({ alg: 'none' }))
    await verdict(picky, withHeader({ crit: ['x'] }))
    await verdict(picky, withHeader({ kid: 'x'.repeat(257) }))
    await verdict(picky, withHeader({ typ: 'other' }))
    expect(asked).toEqual([])
    await verdict(picky, forge())
    expect(asked).toEqual(['HS256'])
  })
})

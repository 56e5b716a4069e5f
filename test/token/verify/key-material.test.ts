import { generateKeyPairSync, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Algorithm } from '../../../src/key/index.js'
import {
  createVerifier,
  decodeToken,
  type KeySource,
  verifyCompact,
} from '../../../src/token/index.js'
import {
  audience,
  encode,
  forge,
  goodClaims,
  goodHeader,
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
import { jwkOf, pairFor } from '../../key/pairs.js'

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

  const hints = ['jwk', 'jku', 'x5u', 'x5c']

  test.each(hints)(
    '%s in a header is ignored, and the key source does not see it',
    async (name) => {
      for (const value of [url, {}, [], null, { kty: 'oct', k: 'AAAA' }]) {
        const token = withHeader({ [name]: value, kid: 'k1', x: 1 })
        const seen: unknown[] = []
        const watching = (header: object) => {
          seen.push(header)
          return key
        }
        for (const keys of [key, watching, { find: watching, version: () => 0 }]) {
          const verified = await createVerifier({
            ...({ algorithms: ['HS256'], issuer, audience, now: () => now } as const),
            keys: keys as KeySource,
          })(token)
          expect(verified.header).toEqual({ ...goodHeader, kid: 'k1', x: 1 })
          expect(Object.isFrozen(verified.header)).toBe(true)
        }
        const explaining = createVerifier({
          ...({ algorithms: ['HS256'], issuer, audience, now: () => now } as const),
          keys: watching,
        })
        expect(await explaining.explain(token)).toMatchObject({ ok: true })
        expect(seen).toHaveLength(3)
        for (const header of seen) expect(header).toEqual({ ...goodHeader, kid: 'k1', x: 1 })
        expect(verifyCompact(token, key).header).toEqual({ ...goodHeader, kid: 'k1', x: 1 })
        expect(decodeToken(token).unverifiedHeader).toHaveProperty(name)
      }
    },
  )
  test('a header that brings the key that would verify the token is refused by its signature', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const by = (header: object) => {
      const text = `${encode({ alg: 'ES256', ...header })}.${encode(goodClaims)}`
      const dsaEncoding = 'ieee-p1363'
      const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding })
      return `${text}.${signature.toString('base64url')}`
    }
    const trusting = createVerifier({
      keys: pairFor('ES256').verifying,
      ...({ algorithms: ['ES256'], issuer, audience, now: () => now } as const),
    })
    const der = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
    for (const header of [{ jwk: jwkOf(publicKey) }, { jku: url }, { x5u: url }, { x5c: [der] }])
      expect(await verdict(trusting, by(header))).toBe('SIGNATURE_INVALID')
  })
  test('no hint makes up for crit, b64, enc or zip, which stay refused', async () => {
    for (const name of ['crit', 'b64', 'enc', 'zip'])
      expect(await verdict(verify, withHeader({ [name]: ['x'], jku: url }))).toBe('HEADER_REFUSED')
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

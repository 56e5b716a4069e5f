import { describe, expect, test } from 'vitest'
import type { Key } from '../../../src/key/index.js'
import { createSigner, createVerifier } from '../../../src/token/index.js'
import { metadataUrl } from '../../../src/key-sources/remote/discovery.js'
import { remoteJwks } from '../../../src/key-sources/remote-jwks.js'
import { json, setOf, status, type JwksServer } from './jwks-server.js'
import { ecKey, setUp } from './setup.js'

const [a, b] = [ecKey(), ecKey()]

/** A server whose metadata are as given, and whose set holds one key. */
const issuerSite =
  (metadata: (origin: string) => unknown): JwksServer['answer'] =>
  (request, response) => {
    const origin = `http://${request.headers.host ?? ''}`
    const answer =
      request.url?.includes('.well-known') === true ? json(metadata(origin)) : setOf([a])
    answer(request, response)
  }

const discover = (issuer: string, options: { jwksOrigin?: string } = {}) =>
  remoteJwks(issuer, { algorithms: ['ES256'], discovery: 'oauth', reach: 'loopback', ...options })

describe('discovery', () => {
  test('discovery requests the metadata at the URLs of the two standards', () => {
    const place = (kind: 'openid' | 'oauth', issuer: string) => metadataUrl(kind, issuer).href
    expect(place('openid', 'https://a.example/t')).toBe(
      'https://a.example/t/.well-known/openid-configuration',
    )
    expect(place('oauth', 'https://a.example/t')).toBe(
      'https://a.example/.well-known/oauth-authorization-server/t',
    )
    expect(place('openid', 'https://a.example/')).toBe(
      'https://a.example/.well-known/openid-configuration',
    )
    expect(place('oauth', 'https://a.example')).toBe(
      'https://a.example/.well-known/oauth-authorization-server',
    )
  })

  test('discovery finds the set through metadata that name exactly the issuer', async () => {
    const site = issuerSite((origin) => ({ issuer: origin, jwks_uri: `${origin}/keys` }))
    const { server } = await setUp(site)
    const keys = discover(server.origin)
    await keys.load()
    expect(keys.status().kids).toEqual([a.kid])
    expect(server.paths).toEqual(['/.well-known/oauth-authorization-server', '/keys'])
  })

  test.each([
    [
      'another issuer',
      (origin: string) => ({ issuer: 'https://b.example', jwks_uri: `${origin}/k` }),
    ],
    ['a slash more', (origin: string) => ({ issuer: `${origin}/`, jwks_uri: `${origin}/k` })],
    ['no jwks_uri', (origin: string) => ({ issuer: origin })],
    ['a relative jwks_uri', (origin: string) => ({ issuer: origin, jwks_uri: '/k' })],
    [
      'a jwks_uri out of reach',
      (origin: string) => ({ issuer: origin, jwks_uri: 'http://169.254.169.254/' }),
    ],
    [
      'a jwks_uri elsewhere',
      (origin: string) => ({ issuer: origin, jwks_uri: 'http://127.0.0.1:1/k' }),
    ],
  ])('discovery refuses metadata with %s', async (_, metadata) => {
    const { server } = await setUp(issuerSite(metadata))
    const keys = discover(server.origin)
    await expect(keys.load()).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
    expect(keys.status().problem?.kind).toBe('metadata')
    expect(server.paths).toHaveLength(1)
  })

  test('discovery accepts a set on another origin only if jwksOrigin names it', async () => {
    const { server: other } = await setUp(setOf([b]))
    const { server } = await setUp(
      issuerSite((origin) => ({ issuer: origin, jwks_uri: other.url })),
    )
    const keys = discover(server.origin, { jwksOrigin: other.origin })
    await keys.load()
    expect(keys.status().kids).toEqual([b.kid])
  })
})

describe('two issuers, each with its own remote set', () => {
  test('two issuers cannot sign for each other', async () => {
    const one = await setUp(setOf([a]))
    const two = await setUp(setOf([b]))
    const each = { algorithms: ['ES256'] as const, audience: 'api' }
    const verify = createVerifier({
      issuers: {
        'https://one.example': { ...each, keys: one.keys },
        'https://two.example': { ...each, keys: two.keys },
      },
    })
    const sign = (key: Key, issuer: string) =>
      createSigner({ key, issuer, audience: 'api', expiresIn: '1h' })()
    await expect(verify(await sign(a, 'https://one.example'))).resolves.toBeDefined()
    await expect(verify(await sign(b, 'https://two.example'))).resolves.toBeDefined()
    await expect(verify(await sign(b, 'https://one.example'))).rejects.toMatchObject({
      code: 'KEY_UNKNOWN',
    })
  })

  test('two issuers fail independently of each other', async () => {
    const one = await setUp(setOf([a]))
    const two = await setUp(status(500))
    await expect(two.keys.load()).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
    await expect(one.keys.load()).resolves.toBeUndefined()
  })
})

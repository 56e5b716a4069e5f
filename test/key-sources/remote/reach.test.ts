import { describe, expect, test } from 'vitest'
import type { Lookup } from '../../../src/key-sources/remote/guarded-fetch.js'
import { guardedFetch } from '../../../src/key-sources/remote/guarded-fetch.js'
import { isWithin } from '../../../src/key-sources/remote/reach.js'
import { remoteJwks } from '../../../src/key-sources/remote-jwks.js'
import { setOf } from './jwks-server.js'
import { ecKey, setUp } from './setup.js'

const algorithms = ['ES256'] as const

describe('addresses', () => {
  test.each([
    ['8.8.8.8', true, true, false],
    ['2606:4700::1111', true, true, false],
    ['127.0.0.1', false, true, true],
    ['::1', false, true, true],
    ['10.1.2.3', false, true, false],
    ['172.31.0.1', false, true, false],
    ['172.32.0.1', true, true, false],
    ['192.168.1.1', false, true, false],
    ['100.64.0.1', false, true, false],
    ['fd00::1', false, true, false],
    ['169.254.169.254', false, false, false],
    ['fe80::1', false, false, false],
    ['0.0.0.0', false, false, false],
    ['::', false, false, false],
    ['::ffff:127.0.0.1', false, false, false],
    ['::ffff:8.8.8.8', false, false, false],
    ['64:ff9b::a00:1', false, false, false],
    ['224.0.0.1', false, false, false],
    ['255.255.255.255', false, false, false],
    ['not an address', false, false, false],
  ])('%s is public: %s, private: %s, loopback: %s', (address, ...expected) => {
    const reaches = ['public', 'private', 'loopback'] as const
    expect(reaches.map((reach) => isWithin(reach, address))).toEqual(expected)
  })

  test.each([
    'http://issuer.example/jwks',
    'ftp://issuer.example/jwks',
    'https://user:pass@issuer.example/jwks',
    'https://issuer.example/jwks#x',
    'https://127.0.0.1/jwks',
    'https://[::1]/jwks',
    'https://10.0.0.1/jwks',
    'https://0x7f.1/jwks',
    'https://2130706433/jwks',
    'https://169.254.169.254/latest',
    'jwks.json',
  ])('the URL %s is refused when built, with the name of the option but not its value', (url) => {
    expect(() => remoteJwks(url, { algorithms })).toThrow(
      expect.objectContaining({ name: 'ConfigError', option: 'remoteJwks.url' }),
    )
    expect(() => remoteJwks(url, { algorithms })).not.toThrow(/pass@|127|jwks.json/)
  })

  test('plain http is accepted on loopback only', () => {
    expect(() =>
      remoteJwks('http://localhost:1/x', { algorithms, reach: 'loopback' }),
    ).not.toThrow()
    for (const url of ['http://a.example/', 'https://a.example/', 'http://10.0.0.1/'])
      expect(() => remoteJwks(url, { algorithms, reach: 'loopback' })).toThrow(/machine|address/)
    expect(() => remoteJwks('http://10.0.0.1/', { algorithms, reach: 'private' })).toThrow(/https/)
  })
})

describe('a name that leads inside', () => {
  const resolveTo =
    (...addresses: string[]): Lookup =>
    (_, __, done) => {
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }

  test.each([['127.0.0.1'], ['10.0.0.1'], ['169.254.169.254'], ['8.8.8.8', '127.0.0.1']])(
    'a name that resolves to a forbidden address is not connected to: %s',
    async (...addresses) => {
      const { server } = await setUp(setOf([ecKey()]))
      const { port } = new URL(server.url)
      const keys = remoteJwks(`https://rebound.example:${port}/jwks.json`, {
        algorithms,
        fetch: guardedFetch({ reach: 'public', insecureHttp: [] }, resolveTo(...addresses)),
      })
      await expect(keys.load()).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
      expect(keys.status().problem).toMatchObject({ kind: 'address' })
      expect(server.paths).toEqual([])
    },
  )

  test('a connection uses exactly the address that was checked', async () => {
    const key = ecKey()
    const { server } = await setUp(setOf([key]))
    let asked = 0
    const lookup: Lookup = (name, options, done) => {
      asked++
      resolveTo('127.0.0.1')(name, options, done)
    }
    const keys = remoteJwks(server.url.replace('127.0.0.1', 'localhost'), {
      algorithms,
      reach: 'loopback',
      fetch: guardedFetch({ reach: 'loopback', insecureHttp: [] }, lookup),
    })
    await keys.load()
    expect(keys.status().kids).toEqual([key.kid])
    expect(asked).toBe(1)
  })
})

describe('an injected fetch', () => {
  test("an injected fetch can be Node's own, and gets redirect: manual", async () => {
    const key = ecKey()
    const { server } = await setUp(setOf([key]))
    const keys = remoteJwks(server.url, { algorithms, reach: 'loopback', fetch })
    await keys.load()
    expect(keys.status().kids).toEqual([key.kid])
    server.answer = (_, response) => response.writeHead(302, { location: '/x' }).end()
    const other = remoteJwks(server.url, { algorithms, reach: 'loopback', fetch })
    await expect(other.load()).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
    expect(other.status().problem).toMatchObject({ kind: 'redirect' })
  })

  test('an injected fetch that hangs and ignores its signal is abandoned', async () => {
    const keys = remoteJwks('https://a.example/', {
      algorithms,
      timeoutMs: 50,
      fetch: () => new Promise(() => undefined),
    })
    await expect(keys.load()).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
    expect(keys.status().problem).toMatchObject({ kind: 'timeout' })
  })

  test('an injected fetch that throws synchronously is a failure, not a crash', async () => {
    const keys = remoteJwks('https://a.example/', {
      algorithms,
      fetch: () => {
        throw new Error('no network')
      },
    })
    await expect(keys.load()).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
  })
})

describe('options of remoteJwks', () => {
  test.each([
    [{ algorithms: [] }, 'algorithms'],
    [{ algorithms: ['none'] }, 'algorithms'],
    [{ algorithms: ['HS256', 'ES256'] }, 'algorithms'],
    [{ algorithms, reach: 'all' }, 'reach'],
    [{ algorithms, discovery: 'saml' }, 'discovery'],
    [{ algorithms, jwksOrigin: 'https://a.example' }, 'jwksOrigin'],
    [{ algorithms, discovery: 'oauth', jwksOrigin: 'https://a.example/path' }, 'jwksOrigin'],
    [{ algorithms, minAge: 700 }, 'minAge'],
    [{ algorithms, minAge: 0 }, 'minAge'],
    [{ algorithms, cooldown: 0 }, 'cooldown'],
    [{ algorithms, maxBackoff: 0 }, 'maxBackoff'],
    [{ algorithms, timeoutMs: 5001 }, 'timeoutMs'],
    [{ algorithms, maxAge: '10 minutes' }, 'maxAge'],
    [{ algorithms, timeOutMs: 5 }, 'timeOutMs'],
  ])('options %j are refused, naming the wrong one', (options, name) => {
    expect(() => remoteJwks('https://a.example/', options as never)).toThrow(
      expect.objectContaining({ name: 'ConfigError', option: `remoteJwks.${name}` }),
    )
  })
})

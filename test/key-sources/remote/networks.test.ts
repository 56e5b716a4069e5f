import { Agent, fetch as undiciFetch } from 'undici'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ConfigError } from '../../../src/foundation/errors.js'
import { publicJwk } from '../../../src/key/index.js'
import { guardedFetch, type Lookup } from '../../../src/key-sources/remote/guarded-fetch.js'
import { remoteJwks } from '../../../src/key-sources/remote-jwks.js'
import { json, setOf, startJwksServer, status } from './jwks-server.js'
import { ecKey, setUp, settled, signWith, verifierOf } from './setup.js'

const algorithms = ['ES256'] as const
const [a, b] = [ecKey(), ecKey()]
const keycloak = 'http://keycloak:8080/realms/shop/protocol/openid-connect/certs'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** A lookup that sends every name to these addresses. */
const resolveTo =
  (...addresses: string[]): Lookup =>
  (_name, _options, done) => {
    done(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )
  }

describe('plain http inside a private network', () => {
  const onEvent = () => undefined

  test.each([
    [keycloak, 'keycloak:8080'],
    [keycloak, 'Keycloak:8080'],
    ['http://10.1.2.3:8080/certs', '10.1.2.3:8080'],
    ['http://[fd00::7]:8080/certs', '[fd00::7]:8080'],
    ['http://auth.svc.cluster.local/certs', 'auth.svc.cluster.local:80'],
  ])('%s is taken with insecureHttp %s, and not without it', (url, place) => {
    expect(() => remoteJwks(url, { algorithms, insecureHttp: [place], onEvent })).not.toThrow()
    for (const insecureHttp of [[], ['keycloak:80'], ['other:8080']])
      expect(() => remoteJwks(url, { algorithms, insecureHttp, onEvent })).toThrow(ConfigError)
  })

  test.each(['http://8.8.8.8:80/', 'http://169.254.169.254:80/', 'http://[fe80::1]:80/'])(
    'the address %s is no private one, and stays refused',
    (url) => {
      const { host } = new URL(url)
      const insecureHttp = [`${host}:80`]
      expect(() => remoteJwks(url, { algorithms, insecureHttp, onEvent })).toThrow(ConfigError)
    },
  )

  test.each([
    ['keycloak'],
    ['http://keycloak:8080'],
    ['keycloak:8080/x'],
    ['*:80'],
    ['key*:80'],
    [''],
    [7],
  ])('insecureHttp with %j is a ConfigError', (place) => {
    const insecureHttp = [place] as string[] // as a caller in JavaScript may write it
    const build = () => remoteJwks(keycloak, { algorithms, insecureHttp, onEvent })
    expect(build).toThrow(expect.objectContaining({ option: 'remoteJwks.insecureHttp' }))
  })

  test('the name must resolve to private addresses, and the connection goes to one of these', async () => {
    const server = await startJwksServer(setOf([a]))
    const port = new URL(server.url).port
    const place = `keycloak:${port}`
    for (const [addresses, kind] of [
      [['127.0.0.1'], undefined],
      [['8.8.8.8'], 'address'],
      [['127.0.0.1', '8.8.8.8'], 'address'],
      [['169.254.169.254'], 'address'],
    ] as const) {
      const keys = remoteJwks(`http://${place}/jwks.json`, {
        ...{ algorithms, insecureHttp: [place], onEvent },
        fetch: guardedFetch({ reach: 'public', insecureHttp: [place] }, resolveTo(...addresses)),
      })
      await keys.load().catch(() => undefined)
      expect([addresses, keys.status().problem?.kind]).toEqual([addresses, kind])
      expect(keys.status().kids).toEqual(kind === undefined ? [a.kid] : [])
    }
    await server.close()
  })

  test('plain http is warned of at the start, once: to onEvent, or else as a warning of the process', async () => {
    const told: object[] = []
    const options = { algorithms, insecureHttp: ['keycloak:8080'] }
    remoteJwks(keycloak, { ...options, onEvent: (event) => told.push(event) })
    expect(told).toEqual([{ type: 'insecure', hosts: ['keycloak:8080'] }])
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    remoteJwks(keycloak, options)
    expect(await warned).toMatchObject({ code: 'JOTGATE_INSECURE_HTTP' })
  })

  test('metadata may lead to a set at such a host, and to no other over plain http', async () => {
    for (const [jwksUri, kind] of [
      ['/jwks.json', undefined],
      ['http://other:8080/jwks', 'metadata'],
    ] as const) {
      const server = await startJwksServer((request, response) => {
        const isSet = request.url === '/jwks.json'
        const metadata = { issuer: server.origin, jwks_uri: new URL(jwksUri, server.origin).href }
        json(isSet ? { keys: [publicJwk(a)] } : metadata)(request, response)
      })
      const { host } = new URL(server.origin)
      const keys = remoteJwks(server.origin, {
        ...{ algorithms, discovery: 'openid', insecureHttp: [host], onEvent },
      })
      await keys.load().catch(() => undefined)
      expect(keys.status().problem?.kind).toBe(kind)
      await server.close()
    }
  })
})

describe('a fetch of the application', () => {
  test('undici’s fetch fits, with a dispatcher for a proxy, a CA or an agent, and with more headers', async () => {
    const server = await startJwksServer(setOf([a]))
    const dispatcher = new Agent({ keepAliveTimeout: 10 })
    const keys = remoteJwks(server.url, {
      ...{ algorithms, reach: 'loopback' },
      fetch: (url, init) => {
        const headers = { ...init.headers, 'x-api-key': 'k' }
        return undiciFetch(url, { ...init, headers, dispatcher })
      },
    })
    await keys.load()
    expect(keys.status().kids).toEqual([a.kid])
    expect(server.lastHeaders).toMatchObject({ 'x-api-key': 'k', 'accept-encoding': 'identity' })
    const bare = remoteJwks(server.url, { algorithms, reach: 'loopback', fetch: undiciFetch })
    await bare.load()
    await dispatcher.close()
    await server.close()
  })

  const slow = async function* () {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      yield Buffer.from(' ')
    }
  }
  const large = async function* () {
    for (;;) yield await Promise.resolve(Buffer.alloc(10_000, 32))
  }
  const text = async function* (): AsyncGenerator<never> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      yield ' '.repeat(1000) as never
    }
  }
  const good = JSON.stringify({ keys: [publicJwk(a)] })
  const typed = { 'content-type': 'application/json' }

  test.each([
    ['that never answers', () => new Promise<Response>(() => undefined), 'timeout'],
    [
      'whose body trickles on, whatever its signal says',
      () => Promise.resolve({ status: 200, headers: new Headers(typed), body: slow() }),
      'timeout',
    ],
    [
      'whose body has no end',
      () => Promise.resolve({ status: 200, headers: new Headers(typed), body: large() }),
      'too large',
    ],
    [
      'whose body is text without an end',
      () => Promise.resolve({ status: 200, headers: new Headers(typed), body: text() }),
      'network',
    ],
    [
      'that followed a redirect',
      () =>
        Promise.resolve({
          ...{ status: 200, redirected: true, headers: new Headers(typed) },
          body: new Response(good).body,
        }),
      'redirect',
    ],
    ['with another status', () => Promise.resolve(new Response(good, { status: 201 })), 'status'],
    [
      'that throws',
      () => {
        throw new Error('no')
      },
      'network',
    ],
    ['that rejects', () => Promise.reject(new Error('no')), 'network'],
    ['that answers nothing', () => Promise.resolve(undefined as never), 'network'],
  ])('one %s is held to the same limits', async (_, fetch, kind) => {
    const keys = remoteJwks('https://issuer.example/jwks', { algorithms, fetch, timeoutMs: 100 })
    await expect(keys.load()).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
    expect(keys.status().problem?.kind).toBe(kind)
  })

  test('on Cloudflare Workers the platform’s fetch is the default', async () => {
    const asked: unknown[] = []
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
    vi.stubGlobal('fetch', (url: URL, init: { redirect: string }) => {
      asked.push([url.href, init.redirect])
      return Promise.resolve(new Response(good, { headers: typed }))
    })
    const keys = remoteJwks('https://issuer.example/jwks', { algorithms })
    await keys.load()
    expect(asked).toEqual([['https://issuer.example/jwks', 'manual']])
    expect(keys.status().kids).toEqual([a.kid])
  })
})

describe('a starting set', () => {
  const startingSet = { keys: [publicJwk(a)] }

  test('a starting set serves at once, and the first lookup refreshes it in the background', async () => {
    const { server, keys, events } = await setUp(setOf([b]), { startingSet })
    const signal = new AbortController().signal
    expect(keys.find({ alg: 'ES256', kid: a.kid }, signal)).toMatchObject({ kid: a.kid })
    await settled(() => events.length === 1)
    expect(server.paths).toHaveLength(1)
    expect(keys.status()).toMatchObject({ state: 'fresh', kids: [b.kid] })
    expect(await keys.find({ alg: 'ES256', kid: a.kid }, signal)).toBeUndefined()
  })

  test('load fetches the set all the same, and a server that fails leaves the starting set', async () => {
    const { server, clock, keys } = await setUp(status(500), { startingSet })
    await keys.load()
    expect(server.paths).toHaveLength(1)
    const verify = verifierOf(keys, false)
    const token = await signWith(a)
    await verify(token)
    server.answer = setOf([b])
    clock.add(5)
    await keys.load()
    await expect(verify(token)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
  })

  test('a starting set dies like a fetched one, when its server never answers', async () => {
    const { clock, keys } = await setUp(status(500), { startingSet })
    const verify = verifierOf(keys, false)
    const token = await signWith(a)
    clock.add(600 + 3600 - 1)
    await verify(token)
    clock.add(1)
    await expect(verify(token)).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
  })

  test.each([
    ['no set', {}],
    ['no usable key', { keys: [{ ...publicJwk(a), use: 'enc' }] }],
    ['secrets only', { keys: [{ kty: 'oct', k: 'AAAA' }] }],
  ])('one with %s is a ConfigError', (_, set) => {
    expect(() =>
      remoteJwks('https://issuer.example/jwks', { algorithms, startingSet: set as never }),
    ).toThrow(expect.objectContaining({ option: 'remoteJwks.startingSet' }))
  })
})

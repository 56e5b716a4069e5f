import { describe, expect, it, test } from 'vitest'
import { jwtClient, selfSigned } from '../../src/client/index.js'
import { ConfigError } from '../../src/foundation/errors.js'
import { type Algorithm, hmacKey } from '../../src/key/index.js'
import { signCompact } from '../../src/token/index.js'
import { describeVectors } from '../vectors/find.js'
import { shortSecret } from '../setup/short-secret.js'

const origin = 'https://users.example'

/** HMAC fills a short key up with zeros (RFC 2104): this is the same key as Kratos' `testKey`, in a length taken here. */
function testKey(alg: Algorithm) {
  const block = Buffer.alloc(alg === 'HS256' ? 64 : 128)
  block.write('testKey')
  return hmacKey(block, alg, { accept: shortSecret })
}

interface Signing {
  readonly alg?: Algorithm
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
}

/** A client as Kratos': its key, method, header and claims as given, with no `iat`, `exp` or `jti` of its own. */
async function authorization({
  alg = 'HS256',
  header = {},
  claims = {},
}: Signing): Promise<string | null> {
  const key = testKey(alg)
  const sign = (given: object = {}) =>
    signCompact(Buffer.from(JSON.stringify(given)), key, { ...header, typ: 'JWT' })
  let sent: string | null = null
  const fetch = (_input: unknown, init?: RequestInit) => {
    sent = new Headers(init?.headers).get('authorization')
    return Promise.resolve(new Response())
  }
  const client = jwtClient({
    source: selfSigned({ sign, claims, cache: false }),
    origins: [origin],
    fetch,
  })
  await client.fetch(origin)
  return sent
}

/** How each run of Kratos' client is written here; a string: why there is no such thing, or another one. */
const runs: Readonly<Record<string, Signing | string>> = {
  default: {},
  'claims+header': { header: { test: 'test' }, claims: { name: 'xiaoli' } },
  HS512: { alg: 'HS512' },
  'header overrides alg/typ':
    'a header that names another algorithm than the key makes a token nobody can verify',
  'nil provider': 'a client without a source is a ConfigError when it is built',
  'keyfunc err': 'a signer that fails ends the call, with SOURCE_FAILED',
  'bad key type': 'text is no key: a ConfigError when it is made',
  'no client ctx': 'there is no context to be missing: a call is an argument',
  'server ctx': 'there is no context to be the wrong one',
}

describeVectors('the runs of Kratos’ client', (read) => {
  const lines = read.text('go-originals/kratos_selector_client_runs.txt').split('\n')
  const rows = lines.flatMap((line) => {
    const [, name = '', answer = ''] = /^(.+?) => (<nil> Bearer .*|error: .*)$/.exec(line) ?? []
    return name === '' ? [] : [{ name, answer }]
  })

  it('the runs of Kratos’ client are nine, each with what it is here', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(runs).sort())
  })

  it.each(rows)('$name', async ({ name, answer }) => {
    const run = runs[name]
    if (typeof run === 'object') expect(`<nil> ${String(await authorization(run))}`).toBe(answer)
    else expect(run).toBeTypeOf('string')
  })

  it('three of them are equal byte by byte', () => {
    expect(Object.values(runs).filter((run) => typeof run === 'object')).toHaveLength(3)
  })

  it('claims stand in the order and form that Go gives a struct of them', async () => {
    const claims = { iss: 'i', sub: 's', aud: ['a'], exp: 4102444800, nbf: 1, iat: 2, jti: 'j' }
    const payloads = await Promise.all(
      [claims, {}].map(
        async (each) => (await authorization({ claims: each }))?.split('.')[1] ?? '',
      ),
    )
    const texts = payloads.map((payload) => Buffer.from(payload, 'base64url').toString())
    expect(lines.filter((line) => line.startsWith('{'))).toEqual(texts)
  })
})

describe('what is another thing here', () => {
  const key = testKey('HS256')

  test('a header that overrides alg', async () => {
    await expect(signCompact(Buffer.from('{}'), key, { alg: 'none' })).rejects.toThrow(ConfigError)
  })

  test('no provider', () => {
    expect(() => jwtClient({ origins: [origin] } as never)).toThrow(ConfigError)
  })

  test('a key that fails', async () => {
    const source = selfSigned({ sign: () => Promise.reject(new Error('can not get key')) })
    const call = jwtClient({ source, origins: [origin] }).fetch(origin)
    await expect(call).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
  })

  test('text for a key', () => {
    expect(() => hmacKey('testKey' as never, 'HS256')).toThrow(ConfigError)
  })

  test('Go escapes <, > and & in JSON; the bytes differ, the claims do not', async () => {
    const sent = await authorization({ claims: { a: '<>&' } })
    const payload = Buffer.from(sent?.split('.')[1] ?? '', 'base64url').toString()
    expect(payload).toBe('{"a":"<>&"}')
    expect(JSON.parse('{"a":"\\u003c\\u003e\\u0026"}')).toEqual(JSON.parse(payload))
  })
})

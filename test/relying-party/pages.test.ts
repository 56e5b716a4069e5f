import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AuthError, type ErrorCode } from '../../src/foundation/errors.js'
import { createGate, type Call } from '../../src/gate/index.js'
import { type RelyingParty } from '../../src/relying-party/index.js'
import { startLiar, type Liar } from './liar.js'
import { visitorOf } from './visitor.js'

let liar: Liar
let party: RelyingParty
beforeAll(async () => {
  liar = await startLiar()
  party = visitorOf(liar).party
})
afterAll(() => liar.close())

function call(more: Partial<Call> = {}, headers: Readonly<Record<string, string>> = {}): Call {
  const sent: Readonly<Record<string, string>> = {
    authorization: 'Bearer token',
    'sec-fetch-dest': 'document',
    ...headers,
  }
  const header = (name: string) => [sent[name]].filter((value) => value !== undefined)
  const base = { kind: 'http', method: 'GET', path: '/orders', query: 'a=1&b=2' } as const
  return { ...base, header, setHeader: () => undefined, ...more }
}

/** What a gate for pages answers to a call that its verifier refuses. */
async function answerTo(code: ErrorCode, asked: Call) {
  const gate = party.pages(
    createGate({
      verify: () => {
        throw new AuthError(code, { stepUp: { maxAge: 300, acrValues: ['gold'] } })
      },
    }),
  )
  const refused: unknown = await gate.check(asked).catch((error: unknown) => error)
  return gate.respond(refused)
}

describe('a gate for pages', () => {
  const cured: readonly ErrorCode[] = ['TOKEN_EXPIRED', 'TOKEN_TOO_OLD', 'TOKEN_REVOKED']
  test.each(cured)('%s leads to the login, and to the same page afterwards', async (code) => {
    const { status, headers, body } = await answerTo(code, call())
    expect([status, headers['Cache-Control'], body]).toEqual([303, 'no-store', ''])
    const place = new URL(headers['Location'] ?? '', 'https://shop.example')
    expect([place.pathname, place.searchParams.get('returnTo')]).toEqual([
      '/auth/login',
      '/orders?a=1&b=2',
    ])
  })

  test('a login that is too old or too weak leads to one that is asked for', async () => {
    const { headers } = await answerTo('STEP_UP_REQUIRED', call())
    const { searchParams } = new URL(headers['Location'] ?? '', 'https://shop.example')
    expect([searchParams.get('max_age'), searchParams.get('acr_values')]).toEqual(['300', 'gold'])
  })

  const lasting: readonly ErrorCode[] = [
    ...(['AUDIENCE_MISMATCH', 'ISSUER_MISMATCH', 'SIGNATURE_INVALID', 'KEY_UNKNOWN'] as const),
    ...(['FORBIDDEN', 'KEYS_UNAVAILABLE', 'REVOCATION_UNKNOWN', 'ORIGIN_REFUSED'] as const),
  ]
  test.each(lasting)(
    '%s is answered as the gate does, because a login would go round',
    async (code) => {
      const { status, headers } = await answerTo(code, call())
      expect([status === 303, headers['Location']]).toEqual([false, undefined])
    },
  )

  test('calls that load no page are answered as the gate does', async () => {
    const calls = [
      call({ method: 'POST' }),
      call({ kind: 'rpc', operation: '/a/b' }),
      call({}, { 'sec-fetch-dest': 'empty' }),
      call({}, { 'sec-fetch-dest': 'iframe' }),
      call({}, { 'sec-purpose': 'prefetch' }),
    ]
    for (const each of calls) expect((await answerTo('TOKEN_EXPIRED', each)).status).toBe(401)
  })

  test('a browser without Fetch Metadata is known by what it takes', async () => {
    const taking = (accept: string) =>
      call({ header: (name) => (name === 'accept' ? [accept] : []) })
    expect((await answerTo('TOKEN_MISSING', taking('application/json'))).status).toBe(401)
    expect((await answerTo('TOKEN_MISSING', taking('text/html,*/*'))).status).toBe(303)
  })

  test('a good token is admitted, and the gate of before knows its caller', async () => {
    const payload = { sub: 'ada' }
    const token = {
      '~jotgate': 'verified token',
      header: { alg: 'ES256' },
      claims: payload,
      payload,
    } as const
    const gate = createGate({ verify: () => token })
    const pages = party.pages(gate)
    const seen = await pages(call(), () => [gate.current().claims.sub, pages.current().claims.sub])
    expect(seen).toEqual(['ada', 'ada'])
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AuthError } from '../../src/foundation/errors.js'
import { type LoginChallenge } from '../../src/relying-party/index.js'
import { startLiar, type Liar } from './liar.js'
import { visitorOf } from './visitor.js'

let liar: Liar
beforeAll(async () => {
  liar = await startLiar()
})
afterAll(() => liar.close())

describe('a challenge that a site follows for its user', () => {
  const challenges: Readonly<
    Record<string, readonly [LoginChallenge, readonly (string | null)[]]>
  > = {
    'an error of a gate': [
      new AuthError('STEP_UP_REQUIRED', { stepUp: { maxAge: 300, acrValues: ['gold'] } }),
      ['300', 'gold'],
    ],
    'the field of an API': [
      'Bearer realm="api", error="insufficient_user_authentication", acr_values="gold silver", max_age="60"',
      ['60', 'gold silver'],
    ],
    'a field with a bare number': [
      'Bearer error="insufficient_user_authentication", max_age=0',
      ['0', null],
    ],
  }
  test.each(Object.entries(challenges))(
    '%s becomes a login that asks for it, and comes back to the page',
    async (_, [challenge, asked]) => {
      const visitor = visitorOf(liar)
      const page = visitor.request('/orders?page=2')
      const answer = await visitor.party.stepUp(page, challenge)
      const { searchParams } = new URL(answer?.headers['Location'] ?? '')
      expect([searchParams.get('max_age'), searchParams.get('acr_values')]).toEqual(asked)
      expect(answer?.setCookie).toHaveLength(1)
      for (const field of answer?.setCookie ?? []) {
        const [name = '', value = ''] = (field.split(';')[0] ?? '').split('=')
        visitor.jar.set(name, value)
      }
      liar.nonce = searchParams.get('nonce') ?? ''
      liar.lies = { claims: { auth_time: Math.floor(Date.now() / 1000), acr: 'gold' } }
      const state = searchParams.get('state') ?? ''
      const back = await visitor.comeBack({ code: 'c', state, iss: liar.issuer })
      expect(back.headers['Location']).toBe('/orders?page=2')
    },
  )

  const others: readonly LoginChallenge[] = [
    new AuthError('TOKEN_EXPIRED'),
    new AuthError('FORBIDDEN'),
    'Bearer error="invalid_token"',
    '',
    null,
    undefined,
    `Bearer error="insufficient_user_authentication", x="${'a'.repeat(5000)}"`,
  ]
  test.each(others)('%s asks for no login', async (challenge) => {
    const visitor = visitorOf(liar)
    expect(await visitor.party.stepUp(visitor.request('/orders'), challenge)).toBeUndefined()
  })

  test('a script, a form and a prefetch have no page to come back to, and are not sent away', async () => {
    const visitor = visitorOf(liar)
    const challenge = new AuthError('STEP_UP_REQUIRED', { stepUp: { maxAge: 300 } })
    const { party } = visitor
    const request: typeof visitor.request = (...of) => visitor.request(...of)
    const form = { ...request('/orders'), method: 'POST' }
    for (const each of [
      form,
      request('/', { 'sec-fetch-dest': 'empty' }),
      request('/', { 'sec-purpose': 'prefetch' }),
    ])
      expect(await party.stepUp(each, challenge)).toBeUndefined()
  })
})

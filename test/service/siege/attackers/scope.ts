import { insist, type Question } from '../../fleet/asking.js'
import type { Maker } from '../harmless.js'
import { freshToken, logIn } from '../person.js'

/** What neither an app nor a narrowed token may do; a fraction of a second after the other. */
const forbidden: readonly Question[] = [
  { operation: 'GET /admin/users' },
  { operation: 'PUT /user/profile', body: { displayName: 'Mallory' } },
  { operation: 'POST /user/logout-all' },
  { operation: 'GET /admin/sessions?search=user' },
  { operation: 'POST /admin/revocations', body: { kind: 'all' } },
  { operation: 'DELETE /user/sessions/none' },
]

/** An app's token at routes that its scope does not open (a2). */
export const strayWithAppToken: Maker = async (world) => {
  const victim = await world.makeAttacker('app', { clientId: world.appId, roles: ['admin'] })
  const questions = [
    ...forbidden,
    { operation: 'GET /user/profile' },
    { operation: 'GET /user/sessions' },
  ]
  let nth = 0
  return async () => {
    const token = await freshToken(world, victim)
    const question = questions[nth++ % questions.length]
    if (token === '' || question === undefined) return undefined
    return (await world.ask({ ...question, from: victim.address, token })).status
  }
}

/** A first-party token of an administrator that has been narrowed to `profile:read` (a2). */
export const strayWithNarrowedToken: Maker = async (world) => {
  const admin = await world.makeAttacker('narrowed', { roles: ['admin'] })
  const narrow = async (): Promise<string> => {
    await insist(() => logIn(world, admin))
    const refresh_token = admin.session?.refreshToken ?? 'none'
    const form = { grant_type: 'refresh_token', client_id: 'first-party', refresh_token }
    const question = { operation: 'POST /oauth/token', from: admin.address }
    const { body } = await insist(() =>
      world.ask({ ...question, form: { ...form, scope: 'profile:read' } }),
    )
    const { access_token: token } = body
    return typeof token === 'string' ? token : ''
  }
  const held = { token: await narrow(), since: performance.now() }
  let nth = 0
  return async () => {
    if (performance.now() - held.since > 30_000)
      Object.assign(held, { since: performance.now(), token: await narrow() })
    const question = forbidden[nth++ % forbidden.length]
    if (held.token === '' || question === undefined) return undefined
    return (await world.ask({ ...question, from: admin.address, token: held.token })).status
  }
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Tokens that nobody has signed. */
export const forge: Maker = ({ ask }) => {
  const claims = { iss: 'https://auth.example', aud: 'api', sub: 'root', exp: 4e9 }
  const forged = [
    'garbage',
    `${base64url({ alg: 'none', typ: 'at+jwt' })}.${base64url(claims)}.`,
    `${base64url({ alg: 'ES256', kid: 'x', typ: 'at+jwt' })}.${base64url(claims)}.${'A'.repeat(86)}`,
    'a'.repeat(9000),
  ]
  let nth = 0
  return async () => {
    const token = forged[nth++ % forged.length]
    return (await ask({ operation: 'GET /user/profile', from: '203.0.113.8', token })).status
  }
}

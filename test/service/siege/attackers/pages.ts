import { insist } from '../../fleet/asking.js'
import type { Maker } from '../harmless.js'
import type { World } from '../world.js'

const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }

/** Pages of another site that honest users visit: forms of wrong secrets and logins, sent from the users' own addresses (a16, a23). */
export const postFromVisitors: Maker = ({ ask, honest }) => {
  let nth = 0
  return async () => {
    const visitor = honest[nth++ % honest.length]
    const form = { grant_type: 'client_credentials', client_id: 'x', client_secret: 'y' }
    const from = visitor?.address ?? ''
    const operation = nth % 2 === 0 ? 'POST /oauth/token' : 'POST /user/login'
    return (await ask({ operation, from, form, headers: evil })).status
  }
}

/** Such a page in the browser of an administrator who is logged in to the console (a24). */
export const rideCookies: Maker = async (world) => {
  const admin = await world.makeAttacker('console', { roles: ['admin'] })
  const body = { kind: 'all' }
  const rides = [
    { operation: 'POST /admin/revocations', body, headers: evil },
    { operation: 'POST /admin/revocations', body, headers: { origin: 'null' } },
    { operation: 'POST /admin/revocations', body, headers: {} },
    { operation: 'GET /admin/users', headers: { 'sec-fetch-site': 'cross-site' } },
    { operation: 'POST /console/refresh', headers: { 'sec-fetch-site': 'cross-site' } },
  ]
  const held = { cookie: await consoleCookie(world, admin), since: performance.now() }
  let nth = 0
  return async () => {
    if (performance.now() - held.since > 30_000)
      Object.assign(held, { since: performance.now(), cookie: await consoleCookie(world, admin) })
    const ride = rides[nth++ % rides.length]
    if (held.cookie === '' || ride === undefined) return undefined
    const headers = { ...ride.headers, cookie: held.cookie }
    return (await world.ask({ ...ride, from: admin.address, headers })).status
  }
}

interface Named {
  readonly username: string
  readonly password: string
  readonly address: string
}

async function consoleCookie({ ask }: World, named: Named): Promise<string> {
  const { username, password, address: from } = named
  const question = {
    operation: 'POST /console/login',
    ...{ from, body: { username, password } },
    headers: { origin: 'https://auth.example', 'sec-fetch-site': 'same-origin' },
  }
  const { headers } = await insist(() => ask(question))
  return (headers['set-cookie'] ?? []).map((each) => each.split(';')[0]).join('; ')
}

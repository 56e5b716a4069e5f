import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { userInfo } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { ShownRow } from '../../../apps/auth-service/src/audit/show-row.js'
import { callerOf } from '../admin/calling.js'
import { basic, postForm } from '../oauth/clients-of.js'
import { testWithServices } from '../own-services.js'
import { runService } from '../running-service.js'

const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange'
const password = 'a good long password'
const [orders, stock] = ['https://orders.example/', 'https://stock.example/'] as const

const yaml = `issuer: https://auth.example
audience: api
hosts: [auth.example]
grace: 1s
recoverWithin: 0
`

/** Everything of a row that the script decides, on a line; ids and times by the names of the script. */
function lineOf(row: ShownRow, names: ReadonlyMap<string, string>): string {
  const named = (text: string) =>
    [...names].reduce((whole, [id, name]) => whole.replaceAll(id, name), text)
  const { kind, result, reason, actor, subject, client, sid, address, userAgent, details, erased } =
    row
  const party = ({ kind: its, id, name }: ShownRow['actor']) =>
    named(`${its} ${id}${name === undefined ? '' : ` (${name})`}`)
  return [
    `${kind} ${result}${reason === undefined ? '' : ` ${reason}`} by ${party(actor)}`,
    ...(subject === undefined ? [] : [`to ${party(subject)}`]),
    ...(client === undefined ? [] : [`client ${named(client)}`]),
    ...(sid === undefined ? [] : [`session ${named(sid)}`]),
    ...(address === undefined && userAgent === undefined
      ? []
      : [`from ${address ?? ''} ${userAgent ?? ''}`]),
    ...(details === undefined ? [] : [named(JSON.stringify(details).replace(/\d{10,}/g, 'T'))]),
    ...(erased.length === 0 ? [] : [`erased ${erased.join(' ')}`]),
  ].join(', ')
}

testWithServices(
  'the rows of a scripted hour are these, one by one, and verification finds nothing',
  async ({ folder, start }) => {
    const dataDir = folder()
    const config = join(dataDir, 'jotgate.yaml')
    writeFileSync(config, yaml)
    const env = { JOTGATE_CONFIG: config, DATA_DIR: dataDir }
    const command = async (args: string[], input = '') => {
      const { code, output } = await runService(env, args, input)
      expect(code, output).toBe(0)
      return output
    }
    const rows = async () =>
      (await command(['audit', 'export']))
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as ShownRow)

    await command(['user', 'add', 'alice', 'admin'], password)
    const service = await start({ dataDir, env })
    const { call } = callerOf(() => service)
    const names = new Map<string, string>()
    const expected: string[] = []
    const from = 'from 127.0.0.1 node'
    const send = async (path: string, body: unknown, token?: string) => {
      const answer = await call(`POST ${path}`, token, body)
      return { ...answer, said: `${path} ${JSON.stringify(answer.body)}` }
    }
    const post = async (...request: Parameters<typeof send>) => {
      const { status, said, body } = await send(...request)
      expect([200, 204], said).toContain(status)
      return body
    }
    const refused = async (...request: Parameters<typeof send>) => {
      const { status, said } = await send(...request)
      expect([401, 403], said).toContain(status)
    }
    const text = (value: unknown) => String(value)
    const note = (name: string, id: unknown) => {
      names.set(text(id), name)
      return text(id)
    }
    const login = async (username: string, session: string, more: object = {}) => {
      const body = await post('/user/login', { username, password, ...more })
      note(session, body['sid'])
      return { access: text(body['accessToken']), refresh: text(body['refreshToken']) }
    }

    // Alice logs in, and administers: users.
    const alice = await login('alice', 'S-alice')
    const profile = (await call('GET /user/profile', alice.access)).body
    note('A', profile['id'])
    const [a, b] = ['user A (alice)', 'user B (bob)']
    const byAlice = (kind: string, more: string) =>
      expected.push(`${kind} done by ${a}, ${more.replace('…', `session S-alice, ${from}`)}`)
    expected.push(`user.login done by ${a}, client first-party, session S-alice, ${from}`)
    const created = await post('/admin/users', { username: 'bob', password }, alice.access)
    const bob = note('B', created['id'])
    byAlice('user.created', `to ${b}, …, {"roles":[]}`)

    // Bob: wrong and right passwords, a refresh that is repeated, a theft.
    await refused('/user/login', { username: 'bob', password: 'wrong' })
    expected.push(`user.login refused password by ${b}, client first-party, ${from}`)
    for (const username of ['zoe', 'yan', 'zoe'])
      await refused('/user/login', { username, password: 'wrong' })
    const first = await login('bob', 'S-bob')
    expected.push(`user.login done by ${b}, client first-party, session S-bob, ${from}`)
    const second = await post('/user/refresh', { refreshToken: first.refresh })
    await post('/user/refresh', { refreshToken: first.refresh })
    const graceIsOver = Date.now() + 2100
    expected.push(`session.replayed done by user B, client first-party, session S-bob, ${from}`)
    const other = await login('bob', 'S-bob-2')
    expected.push(`user.login done by ${b}, client first-party, session S-bob-2, ${from}`)
    await call('PUT /user/profile', other.access, { email: 'bob@example.com' })
    expected.push(`user.profile-changed done by ${b}, ${from}, {"fields":["email"]}`)
    await refused('/user/confirm', { password: 'wrong' }, other.access)
    expected.push(`user.confirmed refused password by ${b}, session S-bob-2, ${from}`)
    await post('/user/confirm', { password }, other.access)
    expected.push(`user.confirmed done by ${b}, session S-bob-2, ${from}`)

    // Clients, their secrets, and one that acts for Bob.
    const fields = { kind: 'confidential', grants: [exchangeGrant], scopes: ['read'] }
    const shop = { name: 'Shop', ...fields, audiences: [orders, stock] }
    const app = {
      ...shop,
      name: 'App',
      kind: 'public',
      grants: ['refresh_token'],
      audiences: [orders],
    }
    const { client, secret } = await post('/admin/clients', shop, alice.access)
    const shopId = note('C-shop', idOf(client))
    byAlice('client.created', 'to client C-shop, …')
    const appId = note('C-app', idOf((await post('/admin/clients', app, alice.access))['client']))
    byAlice('client.created', 'to client C-app, …')
    const atApp = await login('bob', 'S-bob-app', { clientId: appId })
    expected.push(`user.login done by ${b}, client C-app, session S-bob-app, ${from}`)
    const exchange = (proof: string) =>
      postForm(
        `${service.origin}/oauth/token`,
        {
          ...{ grant_type: exchangeGrant, subject_token: atApp.access, audience: stock },
          subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        },
        basic({ id: shopId, secret: proof }),
      )
    expect((await exchange('wrong')).status).toBe(401)
    expected.push(`client.refused refused secret by client C-shop, ${from}`)
    expect((await exchange(text(secret))).status).toBe(200)
    expected.push(
      `token.exchanged done by client C-shop, to user B, client C-shop, session S-bob-app, ${from}, {"audience":"${stock}"}`,
    )
    await call(`PUT /admin/clients/${shopId}`, alice.access, { name: 'Shop 2' })
    byAlice('client.changed', 'to client C-shop, …, {"fields":["name"]}')
    await post(`/admin/clients/${shopId}/secret`, { keepOld: 60 }, alice.access)
    byAlice('client.secret-rotated', 'to client C-shop, …')
    await call(`DELETE /admin/clients/${shopId}/secret/old`, alice.access)
    byAlice('client.old-secret-ended', 'to client C-shop, …')
    await call(`DELETE /admin/clients/${shopId}`, alice.access)
    byAlice('client.removed', 'to client C-shop, …')

    // The theft: a refresh token that was replaced long enough ago.
    await sleep(Math.max(0, graceIsOver - Date.now()))
    await post('/user/refresh', { refreshToken: second['refreshToken'] })
    await refused('/user/refresh', { refreshToken: first.refresh })
    const aboutBob = 'by service jotgate, to user B, client first-party'
    expected.push(
      `session.reused refused ${aboutBob}, session S-bob, ${from}`,
      `session.ended done ${aboutBob}, session S-bob, ${from}`,
    )

    // Keys, revocations, and the end of Bob's sessions.
    await post('/admin/keys/rotate', undefined, alice.access)
    byAlice('key.rotated', '…')
    await post('/admin/revocations', { kind: 'jti', value: 'some-token' }, alice.access)
    byAlice('token.revoked', '…, {"what":"jti","value":"some-token"}')
    await post('/user/logout', { refreshToken: other.refresh })
    expected.push(
      `session.ended done ${aboutBob}, session S-bob-2`,
      `user.logout done by user B, client first-party, session S-bob-2, ${from}`,
    )
    await call(`DELETE /admin/users/${bob}/sessions`, alice.access)
    expected.push(
      `session.ended done by service jotgate, to user B, client C-app, session S-bob-app`,
    )
    byAlice('user.sessions-revoked', `to ${b}, …, {"ended":1}`)
    await call(`PUT /admin/users/${bob}`, alice.access, { roles: ['editor'] })
    byAlice('user.changed', `to ${b}, …, {"roles":["editor"]}`)
    await call(`PUT /admin/users/${bob}/password`, alice.access, { newPassword: `${password} 2` })
    byAlice('user.password-changed', `to ${b}, …`)
    await call(`PUT /admin/users/${bob}`, alice.access, { disabled: true })
    byAlice('user.changed', `to ${b}, …, {"disabled":true}`)
    await refused('/user/login', { username: 'bob', password: `${password} 2` })
    expected.push(`user.login refused disabled by ${b}, client first-party, ${from}`)
    await post('/user/logout', { refreshToken: alice.refresh })
    const logout = `user.logout done by user A, client first-party, session S-alice, ${from}`
    expected.push(
      `session.ended done by service jotgate, to user A, client first-party, session S-alice`,
    )
    expected.push(logout)
    await service.stop()

    // What is only counted is written when the process ends.
    expected.push(
      'user.unknown-refused refused by service jotgate, from 127.0.0.1 , {"since":T,"until":T,"count":3}',
      'audit.closed done by service jotgate, {}',
    )

    const before = await rows()
    const [first0, serving] = [...new Set(before.map(({ chain }) => chain))]
    const linesOf = (all: readonly ShownRow[], chain: string | undefined) =>
      all.filter((row) => row.chain === chain).map((row) => lineOf(row, names))
    const [opening, ...others] = linesOf(before, serving)
    expect(opening).toMatch(
      /^audit.opened done by service jotgate, \{"key":"[\w-]{16}","host":".+","pid":\d+,"heads":\["[\w-]{16}:3:[\w-]{43}"\]\}$/,
    )
    expect(others).toEqual(expected)
    const operator = `by command jotgate-service (${userInfo().username})`
    expect(linesOf(before, first0).slice(1)).toEqual([
      `user.created done ${operator}, to ${a}`,
      `audit.closed done ${operator}, {}`,
    ])

    // Bob is erased: his name, addresses and user agents are gone, and everything still verifies.
    await command(['audit', 'erase', bob])
    const erased = linesOf(await rows(), serving).slice(1)
    const place = `, ${from}`
    const gone = (line: string) => {
      const isHis =
        line.includes(`by ${b}`) || line.includes('by user B') || line.includes(aboutBob)
      const fields = [
        ...(line.includes(`by ${b}`) ? ['actorName'] : []),
        ...(line.includes(`to ${b}`) ? ['subjectName'] : []),
        ...(isHis && line.includes(place) ? ['address', 'userAgent'] : []),
      ]
      if (fields.length === 0) return line
      return `${(isHis ? line.replace(place, '') : line).replaceAll(' (bob)', '')}, erased ${fields.join(' ')}`
    }
    expect(erased).toEqual(expected.map(gone))
    expect(JSON.stringify(await rows())).not.toContain('"bob"')
    expect((await command(['audit', 'verify'])).split(':')[0]).toBe('The audit log is whole')
  },
  60_000,
)

/** Of a client in an answer. */
function idOf(client: unknown): unknown {
  return typeof client === 'object' && client !== null && 'id' in client ? client.id : undefined
}

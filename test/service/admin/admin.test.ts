import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseApi } from 'jotgate/api-spec'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  runService,
  startService,
  temporaryFolder,
  type RunningService,
} from '../running-service.js'
import { callerOf } from './calling.js'
import type { Pair } from '../pair.js'

const folder = temporaryFolder()
const password = 'eleven herons over a weir'
let service: RunningService
let admin: Pair

const { call, login, profileStatus, refreshStatus } = callerOf(() => service)
const asAdmin = (operation: string, body?: unknown) => call(operation, admin.accessToken, body)
const idOf = async (username: string) => {
  const { users } = (await asAdmin(`GET /admin/users?search=${username}`)).body
  return (users as { id: string }[])[0]?.id ?? ''
}

beforeAll(async () => {
  await runService({ DATA_DIR: folder.path }, ['user', 'add', 'root', 'admin'], password)
  service = await startService({ dataDir: folder.path })
  admin = await login('root', password)
  for (const username of ['bob', 'carol', 'dave', 'erin']) {
    const { status } = await asAdmin('POST /admin/users', { username, password })
    expect([username, status]).toEqual([username, 200])
  }
})
afterAll(async () => {
  await service.stop()
  folder.remove()
})

function operations(): string[] {
  return ['accounts', 'admin', 'clients', 'audit'].flatMap((name) => {
    const file = new URL(`../../../apps/auth-service/${name}.api`, import.meta.url)
    const parsed = parseApi(readFileSync(file, 'utf8'))
    if (!parsed.ok) throw new Error(`${name}.api cannot be read`)
    return parsed.spec.groups.flatMap(({ routes }) =>
      routes.map(
        ({ method, path }) => `${method.toUpperCase()} /admin${path.replace(/:\w+/, 'anything')}`,
      ),
    )
  })
}

describe('who may administer', () => {
  test('no caller administers without a token, without the role, or with a token from before its removal', async () => {
    const all = operations()
    expect(all.length).toBeGreaterThanOrEqual(32)
    const bob = await login('bob', password)
    for (const operation of all) {
      const body = operation.startsWith('P') ? {} : undefined
      expect([operation, (await call(operation, undefined, body)).status]).toEqual([operation, 401])
      expect([operation, (await call(operation, bob.accessToken, body)).status]).toEqual([
        operation,
        403,
      ])
    }
    const id = await idOf('carol')
    await asAdmin(`PUT /admin/users/${id}`, { roles: ['admin'] })
    const carol = await login('carol', password)
    expect((await call('GET /admin/users', carol.accessToken)).status).toBe(200)
    await asAdmin(`PUT /admin/users/${id}`, { roles: [] })
    expect((await call('GET /admin/users', carol.accessToken)).status).toBe(401)
  })

  test('an administrator neither disables nor demotes itself', async () => {
    const id = await idOf('root')
    for (const change of [{ disabled: true }, { roles: ['other'] }]) {
      const { status, body } = await asAdmin(`PUT /admin/users/${id}`, change)
      expect([status, body['reason']]).toEqual([409, 'conflict'])
    }
    expect((await asAdmin('GET /admin/users')).status).toBe(200)
  })
})

describe('users', () => {
  test('users come in pages, by the order of their names', async () => {
    const first = (await asAdmin('GET /admin/users?limit=2')).body
    const rest = (await asAdmin(`GET /admin/users?limit=200&after=${String(first['next'])}`)).body
    const names = [first, rest].flatMap(({ users }) =>
      (users as { username: string }[]).map(({ username }) => username),
    )
    expect(names).toEqual([...names].sort())
    expect(names).toEqual(expect.arrayContaining(['alice', 'bob', 'carol', 'dave', 'erin', 'root']))
    expect(new Set(names).size).toBe(names.length)
    expect(rest['next']).toBeUndefined()
    expect(JSON.stringify([first, rest])).not.toContain('argon2')
  })

  test('users are added by the rules, each name once', async () => {
    const add = (username: string, secret: string, roles?: string[]) =>
      asAdmin('POST /admin/users', { username, password: secret, ...(roles ? { roles } : {}) })
    const added = await add('Frank', password, ['orders:read'])
    expect([added.status, added.body['username'], added.body['roles']]).toEqual([
      200,
      'frank',
      ['orders:read'],
    ])
    expect(await profileStatus(await login('frank', password))).toBe(200)
    expect((await add('FRANK', password)).status).toBe(409)
    expect((await add('grace', 'short')).body['detail']).toMatch(/^password: .*15 characters/)
    expect((await add('a b', password)).body['detail']).toMatch(/^username: /)
    expect((await add('grace', password, ['not a role'])).body['detail']).toMatch(/^roles: /)
  })

  test('a user who is disabled is out at once, and in again only by a login after it was enabled', async () => {
    const before = await login('dave', password)
    const id = await idOf('dave')
    expect((await asAdmin(`PUT /admin/users/${id}`, { disabled: true })).body['disabled']).toBe(
      true,
    )
    expect([await profileStatus(before), await refreshStatus(before)]).toEqual([401, 401])
    expect((await call('POST /user/login', undefined, { username: 'dave', password })).status).toBe(
      401,
    )
    await asAdmin(`PUT /admin/users/${id}`, { disabled: false })
    expect([await profileStatus(before), await refreshStatus(before)]).toEqual([401, 401])
    expect(await profileStatus(await login('dave', password))).toBe(200)
  })

  test('a password that is set ends what the old one began', async () => {
    const before = await login('erin', password)
    const id = await idOf('erin')
    const fresh = 'twelve herons over a weir'
    expect((await asAdmin(`PUT /admin/users/${id}/password`, { newPassword: 'x' })).status).toBe(
      400,
    )
    expect(await profileStatus(before)).toBe(200)
    expect((await asAdmin(`PUT /admin/users/${id}/password`, { newPassword: fresh })).status).toBe(
      204,
    )
    expect([await profileStatus(before), await refreshStatus(before)]).toEqual([401, 401])
    expect((await call('POST /user/login', undefined, { username: 'erin', password })).status).toBe(
      401,
    )
    expect(await profileStatus(await login('erin', fresh))).toBe(200)
  })

  test('one that is not there is 404', async () => {
    for (const operation of ['GET /admin/users/none', 'DELETE /admin/users/none/sessions'])
      expect((await asAdmin(operation)).status).toBe(404)
    expect((await asAdmin('PUT /admin/users/none', { disabled: true })).status).toBe(404)
  })
})

describe('sessions', () => {
  test('sessions are found by name and by id, and end one by one or all', async () => {
    const pairs = [await login('carol', password), await login('carol', password)]
    const search = async (text: string) =>
      (await asAdmin(`GET /admin/sessions?search=${text}`)).body['sessions'] as {
        id: string
        username: string
        current: boolean
      }[]
    const byName = await search('carol')
    expect(byName.map(({ id }) => id)).toEqual(expect.arrayContaining(pairs.map(({ sid }) => sid)))
    const [one, two] = pairs
    if (!one || !two) throw new Error('two sessions were begun')
    expect(await search(one.sid)).toMatchObject([{ id: one.sid, username: 'carol' }])
    expect(await search('nobody-of-that-name')).toEqual([])
    expect((await search('root')).filter(({ current }) => current)).toMatchObject([
      { id: admin.sid },
    ])

    expect((await asAdmin(`DELETE /admin/sessions/${one.sid}`)).status).toBe(204)
    expect((await asAdmin(`DELETE /admin/sessions/${one.sid}`)).status).toBe(204)
    expect([await profileStatus(one), await refreshStatus(one)]).toEqual([401, 401])
    expect(await profileStatus(two)).toBe(200)
    const ended = await asAdmin(`DELETE /admin/users/${await idOf('carol')}/sessions`)
    expect(ended.body['ended']).toBeGreaterThanOrEqual(1)
    expect([await profileStatus(two), await refreshStatus(two)]).toEqual([401, 401])
    expect((await asAdmin('DELETE /admin/sessions/none')).status).toBe(404)
  })
})

describe('revocations', () => {
  test('a token is refused once its id is, and the list shows the entry', async () => {
    const pair = await login('bob', password)
    const { jti } = claimsOf(pair)
    expect((await asAdmin('POST /admin/revocations', { kind: 'jti', value: jti })).status).toBe(204)
    expect(await profileStatus(pair)).toBe(401)
    expect(await refreshStatus(pair)).toBe(200)
    await expect
      .poll(async () => (await asAdmin('GET /admin/revocations')).body['recent'])
      .toEqual(expect.arrayContaining([expect.objectContaining({ kind: 'jti', value: jti })]))
    const { body } = await asAdmin('GET /admin/revocations')
    expect(body).toMatchObject({ ready: true, processes: [{ current: true, ready: true }] })
    expect(body['entries']).toBeGreaterThanOrEqual(1)
  })

  test('what a subject has is refused up to now', async () => {
    const pair = await login('bob', password)
    const value = await idOf('bob')
    await asAdmin('POST /admin/revocations', { kind: 'sub', value })
    expect(await profileStatus(pair)).toBe(401)
    await sleep(1100) // the cut-off is about the whole second
    expect(await profileStatus(await login('bob', password))).toBe(200)
  })

  test.each([
    [{ kind: 'jti' }, /^value: /],
    [{ kind: 'all', value: 'x' }, /^value: /],
    [{ kind: 'all', confirm: '' }, /^confirm: /],
    [{ kind: 'everything' }, /^kind: /],
    [{ kind: 'sid', value: 'a\0b' }, /^value: /],
    [{ kind: 'sub', value: '\ud800' }, /^value: /],
  ])('%j makes no sense', async (body, detail) => {
    const answer = await asAdmin('POST /admin/revocations', body)
    expect(answer.status).toBe(400)
    expect(answer.body['detail']).toMatch(detail)
  })
})

describe('keys', () => {
  test('keys are those that are published; a rotation brings the next one forward', async () => {
    const kids = (body: Record<string, unknown>) =>
      (body['keys'] as { kid: string }[]).map(({ kid }) => kid).sort()
    const shown = (await asAdmin('GET /admin/keys')).body
    const published = (await call('GET /.well-known/jwks.json')).body
    expect(kids(shown)).toEqual(kids(published))
    expect(JSON.stringify(shown)).not.toMatch(/"(d|x|y|k|n)":/)
    const next = (body: Record<string, unknown>) =>
      (body['keys'] as { state: string; activeFrom: number }[]).find(
        ({ state }) => state === 'pre-published',
      )?.activeFrom ?? 0
    const { body } = await asAdmin('POST /admin/keys/rotate')
    expect(next(body)).toBeLessThan(next(shown))
    expect(next((await asAdmin('POST /admin/keys/rotate')).body)).toBe(next(body))
  })

  test('one that leaked goes at once, with what it signed', async () => {
    const before = await login('bob', password)
    const { kid } = headerOf(before)
    expect((await asAdmin(`DELETE /admin/keys/${String(kid)}`)).status).toBe(200)
    expect(await profileStatus(before)).toBe(401)
    expect(JSON.stringify((await call('GET /.well-known/jwks.json')).body)).not.toContain(kid)
    admin = await login('root', password)
    expect((await asAdmin(`DELETE /admin/keys/${String(kid)}`)).status).toBe(404)
  })
})

describe('inspection', () => {
  const inspect = async (token: string) =>
    (await asAdmin('POST /admin/inspect', { token })).body as {
      ok: boolean
      code?: string
      header?: unknown
      claims?: unknown
      checks: { name: string; verdict: string }[]
    }

  test('a good token passes every check, that of its revocation last', async () => {
    const pair = await login('bob', password)
    const seen = await inspect(pair.accessToken)
    expect(seen).toMatchObject({ ok: true, header: headerOf(pair), claims: claimsOf(pair) })
    expect(seen.checks.every(({ verdict }) => verdict === 'pass')).toBe(true)
    expect(seen.checks.at(-1)?.name).toBe('revocation')
  })

  test('a revoked one, a forged one and no token at all say why', async () => {
    const pair = await login('bob', password)
    await asAdmin('POST /admin/revocations', { kind: 'sid', value: pair.sid })
    expect(await inspect(pair.accessToken)).toMatchObject({ ok: false, code: 'TOKEN_REVOKED' })
    const forged = pair.accessToken.replace(/.{8}$/, 'AAAAAAAA')
    const seen = await inspect(forged)
    expect(seen).toMatchObject({ ok: false, code: 'SIGNATURE_INVALID' })
    expect(seen.checks.at(-1)).toMatchObject({ name: 'revocation', verdict: 'not reached' })
    const none = await inspect('no token at all')
    expect([none.ok, none.header, none.claims]).toEqual([false, undefined, undefined])
  })
})

test('the traffic has what was accepted and refused, by reason', async () => {
  const sums = async () => {
    const { bins } = (await asAdmin('GET /admin/traffic')).body as {
      bins: { accepted: number; refused: Record<string, number>; latency: number[] }[]
    }
    return {
      accepted: bins.reduce((sum, bin) => sum + bin.accepted, 0),
      malformed: bins.reduce((sum, bin) => sum + (bin.refused['TOKEN_MALFORMED'] ?? 0), 0),
      wrong: bins.reduce((sum, bin) => sum + (bin.refused['LOGIN_REFUSED'] ?? 0), 0),
      timed: bins.flatMap(({ latency }) => latency).reduce((sum, count) => sum + count, 0),
    }
  }
  const before = await sums()
  const bob = await login('bob', password)
  for (let i = 0; i < 5; i++) await profileStatus(bob)
  for (let i = 0; i < 3; i++) await call('GET /user/profile', 'nothing')
  await call('POST /user/login', undefined, { username: 'bob', password: 'wrong' })
  const after = await sums()
  expect(after.accepted - before.accepted).toBe(6)
  expect(after.malformed - before.malformed).toBe(3)
  expect(after.wrong - before.wrong).toBe(1)
  expect(after.timed - before.timed).toBe(10)
})

function claimsOf({ accessToken }: Pair): Record<string, unknown> {
  return part(accessToken, 1)
}

function headerOf({ accessToken }: Pair): Record<string, unknown> {
  return part(accessToken, 0)
}

function part(token: string, place: number): Record<string, unknown> {
  const text = Buffer.from(token.split('.')[place] ?? '', 'base64url').toString()
  return JSON.parse(text) as Record<string, unknown>
}

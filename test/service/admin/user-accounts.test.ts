import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { runService } from '../running-service.js'
import { callersOf, claimsOf, newFolder, password, worlds, wrong } from './lives-world.js'

describe.each(Object.entries(worlds))('users over %s', (where, open) => {
  const { world, users, asAdmin, loginStatus, add, refreshed, start } = callersOf(open)
  beforeAll(start)

  test(`attributes are in tokens from the next refresh on, and gone after the one that follows, ${where}`, async () => {
    const id = await add('erin')
    const pair = await users.login('erin', password)
    const change = (fields: object) =>
      asAdmin(`PUT /admin/users/${id}/account`, { attributes: fields })
    const all = { department: 'sales', level: 2.5, teams: ['a', 'b'], remote: true }
    expect((await change(all)).body['attributes']).toEqual(all)
    const second = await refreshed(pair)
    const claims = claimsOf(second)
    expect(claims).toMatchObject({
      department: 'sales',
      'https://auth.example/level': 2.5,
      teams: ['a', 'b'],
    })
    expect(Object.keys(claims)).not.toContain('remote')
    expect((await change({ department: null, level: 3 })).status).toBe(200)
    const next = claimsOf(await refreshed(second))
    expect(next).toMatchObject({ 'https://auth.example/level': 3, teams: ['a', 'b'] })
    expect(next).not.toHaveProperty('department')
  })

  test(`attributes of other types, unknown ones and too many are refused by their names, ${where}`, async () => {
    const id = await add('frank')
    const refusal = async (attribute: object) => {
      const answer = await asAdmin(`PUT /admin/users/${id}/account`, { attributes: attribute })
      return [answer.status, String(answer.body['detail'])]
    }
    const bad: [object, string][] = [
      [{ department: 7 }, 'attributes.department'],
      [{ department: 'a\u0007' }, 'attributes.department'],
      [{ department: 'x'.repeat(257) }, 'attributes.department'],
      [{ level: '3' }, 'attributes.level'],
      [{ teams: 'a' }, 'attributes.teams'],
      [{ teams: [['a']] }, 'attributes.teams'],
      [{ remote: 1 }, 'attributes.remote'],
      [{ nothing: 1 }, 'attributes.nothing'],
      [{ constructor: 1 }, 'attributes.constructor'],
      [{ teams: Array.from({ length: 30 }, () => 'x'.repeat(50)) }, 'attributes: must be at most'],
    ]
    for (const [attribute, names] of bad)
      expect(await refusal(attribute)).toEqual([400, expect.stringContaining(names)])
    expect((await asAdmin(`GET /admin/users/${id}`)).body['attributes']).toEqual({})
    const { body } = await asAdmin('GET /admin/attributes')
    expect(body['attributes']).toContainEqual({ name: 'remote', type: 'boolean' })
    expect(body['attributes']).toHaveLength(4)
  })

  test(`name and address are edited, each by itself, ${where}`, async () => {
    const id = await add('gina')
    const put = (body: object) => asAdmin(`PUT /admin/users/${id}/account`, body)
    expect((await put({ email: 'gina@mail.example' })).status).toBe(200)
    const { body } = await put({ displayName: 'Gina G.' })
    expect(body).toMatchObject({ email: 'gina@mail.example', displayName: 'Gina G.' })
    expect((await put({ email: 'nothing' })).status).toBe(400)
    expect((await put({})).status).toBe(400)
    expect((await put({ email: '' })).body['email']).toBe('')
  })

  test(`a login is written down once an hour, ${where}`, async () => {
    const id = await add('hugo')
    const timesOf = async () => (await asAdmin(`GET /admin/users/${id}`)).body
    const created = await timesOf()
    expect(Number(created['createdAt'])).toBeGreaterThan(Date.now() / 1000 - 600)
    expect(created).not.toHaveProperty('lastLoginAt')
    await users.login('hugo', password)
    expect(Number((await timesOf())['lastLoginAt'])).toBeGreaterThan(Date.now() / 1000 - 600)
    const now = Math.floor(Date.now() / 1000)
    const pretend = (at: number) =>
      world().database.query(
        'UPDATE service_user_times SET last_login_at = $1 WHERE user_id = $2',
        [...[at, id]],
      )
    await pretend(now - 3000)
    await users.login('hugo', password)
    expect((await timesOf())['lastLoginAt']).toBe(now - 3000)
    await pretend(now - 4000)
    expect(await loginStatus('hugo', wrong)).toBe(401)
    expect((await timesOf())['lastLoginAt']).toBe(now - 4000)
    await users.login('hugo', password)
    expect(Number((await timesOf())['lastLoginAt'])).toBeGreaterThanOrEqual(now)
    const { body } = await asAdmin('GET /admin/users?search=hugo')
    expect(body['users']).toEqual([await timesOf()])
  })

  test(`a user from before has no times, and gets the last login, ${where}`, async () => {
    const id = await add('ivan')
    await world().database.query('DELETE FROM service_user_times WHERE user_id = $1', [id])
    const { body } = await asAdmin(`GET /admin/users/${id}`)
    expect(Object.keys(body)).not.toContain('createdAt')
    await users.login('ivan', password)
    const { body: after } = await asAdmin(`GET /admin/users/${id}`)
    expect(Object.keys(after)).not.toContain('createdAt')
    expect(Number(after['lastLoginAt'])).toBeGreaterThan(0)
  })
})

test.each([
  ['sub', 'with a meaning of its own'],
  ['Email', 'with a meaning of its own'],
  ['roles', 'with a meaning of its own'],
  ['__proto__', 'must begin with a letter'],
  ['two words', 'must begin with a letter'],
])('a service does not start with an attribute in the claim %s', async (claim, why) => {
  const file = join(newFolder(), 'jotgate.yaml')
  const fields = 'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n'
  writeFileSync(file, `${fields}userAttributes: { place: { type: text, claim: '${claim}' } }\n`)
  const env = { JOTGATE_CONFIG: file, DATA_DIR: newFolder() }
  const { code, output } = await runService(env)
  expect([code, output]).toEqual([1, expect.stringContaining('userAttributes.place.claim')])
  expect(output).toContain(why)
})

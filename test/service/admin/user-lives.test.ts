import { beforeAll, describe, expect, test } from 'vitest'
import { runService } from '../running-service.js'
import { callersOf, claimsOf, password, worlds } from './lives-world.js'

describe.each(Object.entries(worlds))('users over %s', (where, open) => {
  const { world, admin, users, admins, asAdmin, loginStatus, add, locksOf, lock, start } =
    callersOf(open)
  beforeAll(start)

  test(`a deleted user leaves no name or address in any table, and its id in the audit log alone, ${where}`, async () => {
    const id = await add('doomed')
    const account = {
      email: 'doomed@mail.example',
      displayName: 'Doomed Person',
      attributes: { department: 'of doom' },
    }
    expect((await asAdmin(`PUT /admin/users/${id}/account`, account)).status).toBe(200)
    const pair = await users.login('doomed', password)
    await users.login('doomed', password)
    await lock('doomed')
    const about = /doomed|of doom/i
    const found = async () => {
      const rows = await world().rows()
      const inLog = (row: string) => row.startsWith('INSERT INTO service_audit_')
      return {
        inLog: rows.filter((row) => inLog(row) && about.test(row)),
        elsewhere: rows.filter((row) => !inLog(row) && (about.test(row) || row.includes(id))),
      }
    }
    // Refusals and locks are recorded a moment later, here by another process.
    const refusals = /'user.login','refused'|'user.login', 'refused'/
    await expect
      .poll(async () => {
        const { inLog } = await found()
        const locked = inLog.filter((row) => row.includes('user.locked')).length
        return [inLog.filter((row) => refusals.test(row)).length, locked]
      })
      .toEqual([6, 1])
    // The user, its times, attributes and two sessions, and over PostgreSQL its lock.
    const before = await found()
    expect(before.elsewhere.length).toBe(where === 'SQLite' ? 5 : 6)
    expect(before.inLog.length).toBeGreaterThan(0)
    const { status } = await asAdmin(`DELETE /admin/users/${id}`, { confirm: 'doomed' })
    expect(status).toBe(204)
    expect(await found()).toEqual({ inLog: [], elsewhere: [] })
    await expect.poll(() => users.profileStatus(pair), { timeout: 30_000 }).toBe(401)
    expect(await users.refreshStatus(pair)).toBe(401)
    expect(await loginStatus('doomed')).toBe(401)
    expect((await asAdmin(`GET /admin/users/${id}`)).status).toBe(404)
    expect((await asAdmin(`DELETE /admin/users/${id}`, { confirm: 'doomed' })).status).toBe(404)
  })

  test(`tokens of a deleted user are refused at once by the process that deleted it, ${where}`, async () => {
    const id = await add('brief')
    const pair = await admins.login('brief', password)
    expect(await admins.profileStatus(pair)).toBe(200)
    await asAdmin(`DELETE /admin/users/${id}`, { confirm: 'brief' })
    expect(await admins.profileStatus(pair)).toBe(401)
    expect(await admins.refreshStatus(pair)).toBe(401)
  })

  test(`a new user of the same name has nothing of the one before, ${where}`, async () => {
    const before = await add('again')
    await asAdmin(`PUT /admin/users/${before}/account`, { attributes: { level: 3 } })
    await users.login('again', password)
    await lock('again')
    expect(await locksOf(before)).toHaveLength(1)
    await asAdmin(`DELETE /admin/users/${before}`, { confirm: 'again' })
    const after = await add('again')
    expect(after).not.toBe(before)
    expect(await locksOf(before)).toEqual([])
    expect(await locksOf(after)).toEqual([])
    const { body } = await asAdmin(`GET /admin/users/${after}`)
    expect(body).toMatchObject({ attributes: {}, email: '', displayName: 'again' })
    expect(body).not.toHaveProperty('lastLoginAt')
    expect((await asAdmin('GET /admin/sessions?search=again')).body['sessions']).toEqual([])
    expect(claimsOf(await users.login('again', password))).not.toHaveProperty(
      'https://auth.example/level',
    )
  })

  test(`a deletion needs the username, and is not for the own account, ${where}`, async () => {
    const id = await add('kept')
    for (const body of [{}, { confirm: 'kep' }, { confirm: 'KEPT ' }]) {
      const refused = await asAdmin(`DELETE /admin/users/${id}`, body)
      expect(refused).toMatchObject({ status: 409, body: { reason: 'confirmation_required' } })
      expect(JSON.stringify(refused.body)).not.toContain('kept')
    }
    const own = String(claimsOf(admin())['sub'])
    const suicide = await asAdmin(`DELETE /admin/users/${own}`, { confirm: 'root' })
    expect(suicide).toMatchObject({ status: 409, body: { reason: 'conflict' } })
    expect(await loginStatus('kept')).toBe(200)
  })

  test(`no account is deleted, renamed, edited or unlocked that may do more than the caller, ${where}`, async () => {
    await add('clerk', ['user-admin'])
    const boss = await add('boss', ['admin'])
    await lock('boss')
    const clerk = await admins.login('clerk', password)
    const as = async (operation: string, body?: unknown) =>
      (await admins.call(operation, clerk.accessToken, body)).status
    const [lockOfBoss] = await locksOf(boss)
    expect([
      await as(`DELETE /admin/users/${boss}`, { confirm: 'boss' }),
      await as(`PUT /admin/users/${boss}/username`, { username: 'boss2' }),
      await as(`PUT /admin/users/${boss}/account`, { email: 'me@mail.example' }),
      await as(`DELETE /admin/locks/${String(lockOfBoss?.['id'])}`),
    ]).toEqual([403, 403, 403, 403])
    expect(await locksOf(boss)).toHaveLength(1)
  })

  test(`a renamed user keeps its sessions, and logs in by the new name alone, ${where}`, async () => {
    const id = await add('born')
    await add('taken')
    const pair = await users.login('born', password)
    const rename = async (username: string) =>
      (await asAdmin(`PUT /admin/users/${id}/username`, { username })).status
    expect([
      await rename('Taken'),
      await rename('two words'),
      await rename('x'.repeat(65)),
    ]).toEqual([409, 400, 400])
    expect(await rename('Married')).toBe(200)
    expect(await users.profileStatus(pair)).toBe(200)
    expect(await users.refreshStatus(pair)).toBe(200)
    expect((await users.call('GET /user/profile', pair.accessToken)).body).toMatchObject({
      username: 'married',
    })
    expect([await loginStatus('born'), await loginStatus('MARRIED')]).toEqual([401, 200])
    await add('born')
  })

  test(`an ended lock lets the right password in at once, and the list says what is locked, ${where}`, async () => {
    const id = await add('jane')
    await lock('jane')
    expect(await loginStatus('jane')).toBe(401)
    const [lockOfJane, ...others] = await locksOf(id)
    expect(others).toEqual([])
    expect(lockOfJane).toMatchObject({
      ...{ userId: id, username: 'jane', wrongPasswords: 6, knownAddress: false },
    })
    expect(Number(lockOfJane?.['until'])).toBeGreaterThan(Date.now() / 1000)
    const lockId = String(lockOfJane?.['id'])
    expect((await asAdmin(`DELETE /admin/locks/${lockId}`)).status).toBe(204)
    expect((await asAdmin(`DELETE /admin/locks/${lockId}`)).status).toBe(404)
    expect(await loginStatus('jane')).toBe(200)
    expect(await locksOf(id)).toEqual([])
    for (const bad of ['x', `${'x'.repeat(21)}%00`])
      expect([404, 400]).toContain((await asAdmin(`DELETE /admin/locks/${bad}`)).status)
  })

  test(`signing out all others ends them and keeps the session that asks, ${where}`, async () => {
    await add('kate')
    const [own, other, third] = [
      await users.login('kate', password),
      await users.login('kate', password),
      await users.login('kate', password),
    ]
    const { status, body } = await users.call('POST /user/sessions/end-others', own.accessToken)
    expect([status, body]).toEqual([200, { ended: 2 }])
    expect(await users.profileStatus(own)).toBe(200)
    expect(await users.refreshStatus(own)).toBe(200)
    for (const each of [other, third])
      expect([await users.profileStatus(each), await users.refreshStatus(each)]).toEqual([401, 401])
  })

  test(`the command user deletes, renames, edits and unlocks, ${where}`, async () => {
    const id = await add('liam')
    const run = async (...args: string[]) => {
      const { code, output } = await runService(world().env, ['user', ...args])
      return [code, output] as const
    }
    const says = (text: string) => expect.stringContaining(text) as unknown
    expect(await run('rename', 'liam', 'root')).toEqual([1, says('already a user')])
    expect(await run('rename', 'liam', 'lars')).toEqual([0, says('lars from now on')])
    expect(await run('email', 'lars', 'nothing')).toEqual([1, says('email')])
    expect(await run('email', 'lars', 'lars@mail.example')).toEqual([0, says('changed')])
    expect(await run('name', 'lars', 'Lars L.')).toEqual([0, says('changed')])
    const set = ['level=4', 'remote=true', 'teams=a, b', 'department=sales']
    expect(await run('attribute', 'lars', ...set)).toEqual([0, says('department')])
    expect(await run('attribute', 'lars', 'department=')).toEqual([0, says('level')])
    expect(await run('attribute', 'lars', 'level=high')).toEqual([1, says('attributes.level')])
    expect((await asAdmin(`GET /admin/users/${id}`)).body).toMatchObject({
      ...{ username: 'lars', email: 'lars@mail.example', displayName: 'Lars L.' },
      attributes: { level: 4, remote: true, teams: ['a', 'b'] },
    })
    await lock('lars')
    if (where === 'SQLite') {
      expect(await run('unlock', 'lars')).toEqual([1, says('in its memory')])
    } else {
      expect(await run('unlock', 'lars')).toEqual([0, says('not locked any more')])
      expect(await loginStatus('lars')).toBe(200)
    }
    expect(await run('delete', 'lars')).toEqual([1, says('--confirm')])
    expect(await run('delete', 'lars', '--confirm', 'liam')).toEqual([1, says('--confirm')])
    expect(await run('delete', 'lars', '--confirm', 'lars')).toEqual([0, says('deleted lars')])
    expect((await asAdmin(`GET /admin/users/${id}`)).status).toBe(404)
  })
})

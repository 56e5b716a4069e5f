import { join } from 'node:path'
import { expect } from 'vitest'
import { openSqlite } from '../../../src/stores/sql/sqlite.js'
import { callerOf } from '../admin/calling.js'
import { testWithServices } from '../own-services.js'
import { demoPassword, runService } from '../running-service.js'

const password = 'a good long password'

testWithServices.concurrent(
  'administrators and auditors read the log in pages, as heads and as an export; others are refused',
  async ({ folder, start }) => {
    const dataDir = folder()
    for (const [name, ...roles] of [
      ['amy', 'auditor'],
      ['una', 'user-admin'],
    ])
      await runService({ DATA_DIR: dataDir }, ['user', 'add', name ?? '', ...roles], password)
    const service = await start({ dataDir })
    const { call, login } = callerOf(() => service)
    const { accessToken: auditor } = await login('amy', password)
    const { accessToken: other } = await login('una', password)
    for (const path of ['/admin/audit', '/admin/audit/heads', '/admin/audit/export']) {
      expect((await call(`GET ${path}`)).status, path).toBe(401)
      expect((await call(`GET ${path}`, other)).status, path).toBe(403)
    }
    const first = (await call('GET /admin/audit?kind=user.login&limit=1', auditor)).body
    expect(first['rows']).toMatchObject([{ actor: { name: 'una' }, erased: [] }])
    const next = String(first['next'])
    const second = await call(`GET /admin/audit?kind=user.login&limit=1&after=${next}`, auditor)
    expect(second.body).toMatchObject({ rows: [{ actor: { name: 'amy' } }] })
    expect(second.body).not.toHaveProperty('next')
    expect((await call('GET /admin/audit?after=x', auditor)).status).toBe(400)

    const heads = (await call('GET /admin/audit/heads', auditor)).body
    expect(heads).toMatchObject({ owed: 0, lost: 0 })
    expect(heads['heads']).toHaveLength(3)
    expect(heads['heads']).toContainEqual(expect.objectContaining({ current: true, closed: false }))

    const headers = { authorization: `Bearer ${auditor}` }
    const exported = await fetch(`${service.origin}/admin/audit/export?since=1`, { headers })
    expect(exported.headers.get('content-type')).toBe('application/jsonl; charset=utf-8')
    const lines = (await exported.text()).trimEnd().split('\n')
    expect(lines).toHaveLength(9)
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('mac')
    for (const wrong of ['since=x', 'until=-1', 'kind=user.login', 'since=1&since=2'])
      expect((await call(`GET /admin/audit/export?${wrong}`, auditor)).status, wrong).toBe(400)
  },
  60_000,
)

testWithServices.concurrent(
  'a login adds one row, and a verified request none',
  async ({ folder, start }) => {
    const service = await start({ dataDir: folder() })
    const { call, login } = callerOf(() => service)
    const { accessToken } = await login('alice', demoPassword)
    const rows = async () => {
      const { heads } = (await call('GET /admin/audit/heads', accessToken)).body
      return (heads as readonly { readonly seq: number }[])[0]?.seq // as `audit.api` says
    }
    expect(await rows()).toBe(2)
    for (let at = 0; at < 20; at++) {
      expect((await call('GET /user/profile', accessToken)).status).toBe(200)
      expect((await call('GET /user/profile', 'x')).status).toBe(401)
    }
    expect(await rows()).toBe(2)
    await login('alice', demoPassword)
    expect(await rows()).toBe(3)
  },
  60_000,
)

testWithServices.concurrent(
  'while rows are owed logins go on, administration is refused, and readiness and metrics tell of it',
  async ({ folder, start }) => {
    const dataDir = folder()
    const service = await start({ dataDir })
    const { call, login } = callerOf(() => service)
    const { accessToken } = await login('alice', demoPassword)
    const file = await openSqlite(join(dataDir, 'jotgate.db'))
    file.exec('ALTER TABLE service_audit_rows RENAME TO away')
    expect((await login('alice', demoPassword)).accessToken).not.toBe('')
    const act = () => call('POST /admin/revocations', accessToken, { kind: 'jti', value: 'x' })
    const refused = await act()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    expect(refused.body['detail']).toContain('audit log')
    expect((await call('POST /admin/revocations')).status).toBe(401)
    expect((await call('GET /admin/users', accessToken)).status).toBe(200)
    expect((await call('POST /admin/inspect', accessToken, { token: 'x' })).status).toBe(200)
    const ready = await call('GET /readyz')
    expect(ready.status).toBe(200)
    expect(JSON.stringify(ready.body['notes'])).toContain('1 rows wait for the database')
    file.exec('ALTER TABLE away RENAME TO service_audit_rows')
    file.close()
    while ((await act()).status === 503) await new Promise((resolve) => setTimeout(resolve, 100))
    const found = await call('GET /admin/audit?kind=user.login', accessToken)
    expect(found.body['rows']).toHaveLength(2)
    await service.stop()
    const { code, output } = await runService({ DATA_DIR: dataDir }, ['audit', 'verify'])
    expect([code, output.split(':')[0]]).toEqual([0, 'The audit log is whole'])
  },
  60_000,
)
